extension Network {
    /// Two hidden layers of 300 and 100 units (LeCun, Bottou, Bengio, Haffner 1998); 266,610 parameters at 28x28x1.
    static func leNet300100(inputShape: [Int], classes: Int) throws -> Network {
        var network = Network(name: "lenet-300-100", inputShape: inputShape)
        try network.append("flatten", .flatten)
        try network.append("fc1", .linear(outputs: 300))
        try network.append("relu1", .relu)
        try network.append("fc2", .linear(outputs: 100))
        try network.append("relu2", .relu)
        try network.append("fc3", .linear(outputs: classes))
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
}
