extension Network {
    /// The 16-layer VGG network with batch normalisation, for 32x32 images; 14,728,266 parameters at 10 classes.
    ///
    /// Thirteen convolutions (Simonyan, Zisserman 2015, configuration D) and one linear layer instead of three, as CIFAR
    /// work has it. Convolutions keep the bias that the normalisation makes idle, as torchvision's `vgg16_bn` does.
    static func vgg16BatchNorm(inputShape: [Int], classes: Int) throws -> Network {
        var network = Network(name: "vgg-16-bn", inputShape: inputShape)
        let stages = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]
        for (stage, (channels, depth)) in zip(1..., stages) {
            for position in 1...depth {
                try network.append("conv\(stage)_\(position)", .convolution(outputs: channels, kernel: 3, padding: 1))
                try network.append("bn\(stage)_\(position)", .batchNorm)
                try network.append("relu\(stage)_\(position)", .relu)
            }
            try network.append("pool\(stage)", .maxPool(size: 2))
        }
        try network.append("flatten", .flatten)
        try network.append("fc", .linear(outputs: classes))
        return network
    }
}
