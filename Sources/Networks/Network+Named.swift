extension Network {
    typealias Builder = @Sendable (_ inputShape: [Int], _ classes: Int) throws -> Network

    private static let builders: [String: Builder] = [
        "lenet-300-100": leNet300100,
        "lenet-5": leNet5,
        "mobilenet-v1": mobileNetV1,
        "noiseout-lenet": noiseOutLeNet,
        "resnet-110": cifarResNet(depth: 110),
        "resnet-18": resNet18,
        "resnet-20": cifarResNet(depth: 20),
        "resnet-32": cifarResNet(depth: 32),
        "resnet-50": resNet50,
        "resnet-56": cifarResNet(depth: 56),
        "vgg-16-bn": vgg16BatchNorm,
    ]

    /// The names of the networks that can be built, sorted.
    package static var names: [String] { builders.keys.sorted() }

    /// The network of a sweep file's name, for images of one shape (channels, height, width).
    package static func named(_ name: String, inputShape: [Int], classes: Int) throws -> Network {
        guard let builder = builders[name] else {
            throw NetworkError("unknown network '\(name)'; this engine has \(names.joined(separator: ", "))")
        }
        return try builder(inputShape, classes)
    }
}
