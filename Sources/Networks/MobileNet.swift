extension Network {
    /// MobileNet, version 1, of full width (Howard et al. 2017); 4,231,976 parameters at 1000 classes and 568,740,352
    /// multiply-accumulates at 224x224.
    ///
    /// A 3x3 convolution, then thirteen blocks of a depthwise 3x3 and a pointwise 1x1 convolution, each with batch
    /// normalisation and ReLU.
    static func mobileNetV1(inputShape: [Int], classes: Int) throws -> Network {
        var network = Network(name: "mobilenet-v1", inputShape: inputShape)
        try network.append("conv1", .convolution(outputs: 32, kernel: 3, stride: 2, padding: 1, bias: false))
        try network.append("bn1", .batchNorm)
        try network.append("relu1", .relu)
        let blocks = [
            (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1),
            (512, 1), (1024, 2), (1024, 1),
        ]
        for (number, (channels, stride)) in zip(1..., blocks) {
            let name = "block\(number)"
            let incoming = network.outputShape[0]
            try network.append(
                "\(name).depthwise",
                .convolution(
                    outputs: incoming, kernel: 3, stride: stride, padding: 1, groups: incoming, bias: false))
            try network.append("\(name).bn1", .batchNorm)
            try network.append("\(name).relu1", .relu)
            try network.append("\(name).pointwise", .convolution(outputs: channels, kernel: 1, bias: false))
            try network.append("\(name).bn2", .batchNorm)
            try network.append("\(name).relu2", .relu)
        }
        try network.append("avgpool", .globalAveragePool)
        try network.append("flatten", .flatten)
        try network.append("fc", .linear(outputs: classes))
        return network
    }
}
