extension Network {
    /// Two hidden layers of 300 and 100 units (LeCun, Bottou, Bengio, Haffner 1998); 266,610 parameters at 28x28x1.
    static func leNet300100(inputShape: [Int], classes: Int) throws -> Network {
        try perceptron(name: "lenet-300-100", inputShape: inputShape, hidden: [300, 100], classes: classes)
    }

    /// Linear layers with a ReLU between them; the pixels come in flat.
    static func perceptron(name: String, inputShape: [Int], hidden: [Int], classes: Int) throws -> Network {
        var network = Network(name: name, inputShape: inputShape)
        try network.append("flatten", .flatten)
        for (number, units) in zip(1..., hidden) {
            try network.append("fc\(number)", .linear(outputs: units))
            try network.append("relu\(number)", .relu)
        }
        try network.append("fc\(hidden.count + 1)", .linear(outputs: classes))
        return network
    }

    /// Caffe's variant of LeNet-5, as the pruning literature uses it; 431,080 parameters at 28x28x1.
    ///
    /// As in that literature, a ReLU follows each convolution. It stands behind the pooling, where it gives the same
    /// values as before it (both are monotone) on a quarter of the positions.
    static func leNet5(inputShape: [Int], classes: Int) throws -> Network {
        var network = Network(name: "lenet-5", inputShape: inputShape)
        try network.append("conv1", .convolution(outputs: 20, kernel: 5))
        try network.append("pool1", .maxPool(size: 2))
        try network.append("relu1", .relu)
        try network.append("conv2", .convolution(outputs: 50, kernel: 5))
        try network.append("pool2", .maxPool(size: 2))
        try network.append("relu2", .relu)
        try network.append("flatten", .flatten)
        try network.append("fc1", .linear(outputs: 500))
        try network.append("relu3", .relu)
        try network.append("fc2", .linear(outputs: classes))
        return network
    }

    /// The convolutional network of the NoiseOut paper (Babaeizadeh, Smaragdis, Campbell 2016); 605,546 parameters at
    /// 28x28x1.
    ///
    /// The paper's totals, 1163 n + 10,090 for n dense units, say that 1152 features come into the dense layer and that
    /// the convolutions have 10,080 parameters. The convolutions themselves are reconstructed: 5x5 with 32 channels (832)
    /// and 3x3 with 32 (9,248) are the two whose sizes add up, and with a padding of 1 at the second one the features are
    /// 32 x 6 x 6.
    static func noiseOutLeNet(inputShape: [Int], classes: Int) throws -> Network {
        try noiseOutLeNet(inputShape: inputShape, dense: 512, classes: classes)
    }

    static func noiseOutLeNet(inputShape: [Int], dense: Int, classes: Int) throws -> Network {
        var network = Network(name: "noiseout-lenet", inputShape: inputShape)
        try network.append("conv1", .convolution(outputs: 32, kernel: 5))
        try network.append("pool1", .maxPool(size: 2))
        try network.append("relu1", .relu)
        try network.append("conv2", .convolution(outputs: 32, kernel: 3, padding: 1))
        try network.append("pool2", .maxPool(size: 2))
        try network.append("relu2", .relu)
        try network.append("flatten", .flatten)
        try network.append("fc1", .linear(outputs: dense))
        try network.append("relu3", .relu)
        try network.append("fc2", .linear(outputs: classes))
        return network
    }
}
