// Residual networks (He, Zhang, Ren, Sun 2016). Layers are called what torchvision calls them. Where a block changes the
// shape, a 1x1 convolution with batch normalisation projects its input (the paper's option B).

extension Network {
    /// 20, 32, 56 or 110 layers, for 32x32 images: three stages of 16, 32 and 64 channels, (depth - 2) / 6 blocks each.
    ///
    /// As open_lth builds it; 272,474 parameters for depth 20 and 10 classes.
    static func cifarResNet(depth: Int) -> Builder {
        { inputShape, classes in
            var network = Network(name: "resnet-\(depth)", inputShape: inputShape)
            try network.appendConvolution("conv1", "bn1", channels: 16, kernel: 3)
            try network.append("relu", .relu)
            let blocks = (depth - 2) / 6
            try network.appendStages(widths: [16, 32, 64], blocks: [blocks, blocks, blocks]) {
                network, name, width, stride in
                try network.appendBasicBlock(name, channels: width, stride: stride)
            }
            try network.appendClassifier(classes)
            return network
        }
    }

    /// ResNet-18 for ImageNet; 11,689,512 parameters at 1000 classes.
    static func resNet18(inputShape: [Int], classes: Int) throws -> Network {
        var network = try imageNetStem("resnet-18", inputShape)
        try network.appendStages(widths: [64, 128, 256, 512], blocks: [2, 2, 2, 2]) { network, name, width, stride in
            try network.appendBasicBlock(name, channels: width, stride: stride)
        }
        try network.appendClassifier(classes)
        return network
    }

    /// ResNet-50 for ImageNet in torchvision's version 1.5, which strides in a block's 3x3 convolution; 25,557,032
    /// parameters at 1000 classes.
    static func resNet50(inputShape: [Int], classes: Int) throws -> Network {
        var network = try imageNetStem("resnet-50", inputShape)
        try network.appendStages(widths: [64, 128, 256, 512], blocks: [3, 4, 6, 3]) { network, name, width, stride in
            try network.appendBottleneck(name, channels: width, stride: stride)
        }
        try network.appendClassifier(classes)
        return network
    }

    private static func imageNetStem(_ name: String, _ inputShape: [Int]) throws -> Network {
        var network = Network(name: name, inputShape: inputShape)
        try network.appendConvolution("conv1", "bn1", channels: 64, kernel: 7, stride: 2)
        try network.append("relu", .relu)
        try network.append("maxpool", .maxPool(size: 3, stride: 2, padding: 1))
        return network
    }

    /// Stages of blocks; each stage but the first halves height and width in its first block.
    private mutating func appendStages(
        widths: [Int], blocks: [Int], block: (inout Network, _ name: String, _ width: Int, _ stride: Int) throws -> Void
    ) throws {
        for (stage, (width, count)) in zip(1..., zip(widths, blocks)) {
            for index in 0..<count {
                try block(&self, "layer\(stage).\(index)", width, stage > 1 && index == 0 ? 2 : 1)
            }
        }
    }

    /// Two 3x3 convolutions.
    private mutating func appendBasicBlock(_ name: String, channels: Int, stride: Int) throws {
        let (source, shape) = lastOutput
        try appendConvolution("\(name).conv1", "\(name).bn1", channels: channels, kernel: 3, stride: stride)
        try append("\(name).relu1", .relu)
        try appendConvolution("\(name).conv2", "\(name).bn2", channels: channels, kernel: 3)
        try appendSum(name, of: "\(name).bn2", and: source, shape, stride: stride)
    }

    /// 1x1, 3x3 and 1x1 convolutions, the last with four times the channels.
    private mutating func appendBottleneck(_ name: String, channels: Int, stride: Int) throws {
        let (source, shape) = lastOutput
        try appendConvolution("\(name).conv1", "\(name).bn1", channels: channels, kernel: 1)
        try append("\(name).relu1", .relu)
        try appendConvolution("\(name).conv2", "\(name).bn2", channels: channels, kernel: 3, stride: stride)
        try append("\(name).relu2", .relu)
        try appendConvolution("\(name).conv3", "\(name).bn3", channels: 4 * channels, kernel: 1)
        try appendSum(name, of: "\(name).bn3", and: source, shape, stride: stride)
    }

    /// The end of a block: what it computed and its own input, projected where the shapes differ.
    private mutating func appendSum(
        _ name: String, of branch: String, and source: String, _ shape: [Int], stride: Int
    ) throws {
        var shortcut = source
        // A stride changes the shape even where a single pixel hides it.
        if stride > 1 || shape != outputShape {
            shortcut = "\(name).downsample.1"
            try appendConvolution(
                "\(name).downsample.0", shortcut, channels: outputShape[0], kernel: 1, stride: stride, after: [source])
        }
        try append("\(name).add", .add, after: [branch, shortcut])
        try append("\(name).relu", .relu)
    }

    private mutating func appendClassifier(_ classes: Int) throws {
        try append("avgpool", .globalAveragePool)
        try append("flatten", .flatten)
        try append("fc", .linear(outputs: classes))
    }

    private var lastOutput: (name: String, shape: [Int]) { (nodes.last?.name ?? "", outputShape) }

    /// A convolution that keeps height and width but for its stride, and its batch normalisation.
    private mutating func appendConvolution(
        _ name: String, _ normalisation: String, channels: Int, kernel: Int, stride: Int = 1, after: [String]? = nil
    ) throws {
        try append(
            name,
            .convolution(outputs: channels, kernel: kernel, stride: stride, padding: kernel / 2, bias: false),
            after: after)
        try append(normalisation, .batchNorm)
    }
}
