/// The networks by name, and what images they take.
package enum NetworkCatalogue {
    /// One network.
    package struct Entry: Hashable, Sendable {
        package var name: String
        /// One line, lower case, without a full stop.
        package var summary: String
        /// Height and width in pixels below which a layer would have no output.
        package var smallestImage: Int
    }

    package static let entries: [Entry] = [
        Entry(
            name: "lenet-300-100",
            summary: "linear 300, linear 100, linear classes; 266,610 parameters on 28x28 images (LeCun et al. 1998)",
            smallestImage: 1),
        // conv 5x5, pool 2, conv 5x5, pool 2, without padding: n -> n - 4 -> (n - 4) / 2 -> ... - 4 -> ... / 2, rounded
        // down. One pixel at the end needs 2 before the last pool, 6 before the second convolution, 12 before the first
        // pool, 16 at the start.
        Entry(
            name: "lenet-5",
            summary:
                "conv 20, pool, conv 50, pool, linear 500, linear classes; 431,080 parameters on 28x28 images (Caffe)",
            smallestImage: 16),
        // As lenet-5, but the second convolution is padded: one pixel at the end needs 2 before the last pool, 4 before
        // the first pool, 8 at the start.
        Entry(
            name: "noiseout-lenet",
            summary:
                "conv 32, pool, conv 32, pool, linear 512, linear classes; 605,546 parameters on 28x28 images "
                + "(NoiseOut's, reconstructed)",
            smallestImage: 8),
        // Five pools halve the image.
        Entry(
            name: "vgg-16-bn",
            summary:
                "13 conv 3x3 with batch norm, linear classes; 14,728,266 parameters on colour images, 10 classes "
                + "(Simonyan, Zisserman 2015)",
            smallestImage: 32),
        cifarResNet(depth: 20, parameters: "272,474"),
        cifarResNet(depth: 32, parameters: "466,906"),
        cifarResNet(depth: 56, parameters: "855,770"),
        cifarResNet(depth: 110, parameters: "1,730,714"),
        Entry(
            name: "resnet-18",
            summary:
                "ImageNet's residual network, basic blocks; 11,689,512 parameters at 1000 classes (He et al. 2016)",
            smallestImage: 1),
        Entry(
            name: "resnet-50",
            summary:
                "ImageNet's residual network v1.5, bottleneck blocks; 25,557,032 parameters at 1000 classes "
                + "(He et al. 2016)",
            smallestImage: 1),
        Entry(
            name: "mobilenet-v1",
            summary: "depthwise separable convolutions; 4,231,976 parameters at 1000 classes (Howard et al. 2017)",
            smallestImage: 1),
    ]

    private static func cifarResNet(depth: Int, parameters: String) -> Entry {
        Entry(
            name: "resnet-\(depth)",
            summary:
                "CIFAR's residual network, 16/32/64 channels, projections; \(parameters) parameters on colour images, "
                + "10 classes (He et al. 2016)",
            smallestImage: 1)
    }

    package static var names: [String] { entries.map(\.name) }

    /// The entry of that name.
    package static subscript(name: String) -> Entry? { entries.first { $0.name == name } }
}
