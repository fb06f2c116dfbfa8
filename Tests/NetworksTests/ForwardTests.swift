import Testing
import Torch

@testable import Networks

@Suite struct ForwardTests {
    /// convolution, depthwise convolution and a sum, each normalised, with padded pooling and a mean at the end.
    static func normalised() throws -> Network {
        var network = Network(name: "normalised", inputShape: [2, 6, 6])
        try network.append("conv1", .convolution(outputs: 4, kernel: 3, padding: 1, bias: false))
        try network.append("bn1", .batchNorm)
        try network.append("relu1", .relu)
        try network.append("pool", .maxPool(size: 3, stride: 2, padding: 1))
        try network.append("depthwise", .convolution(outputs: 4, kernel: 3, padding: 1, groups: 4, bias: false))
        try network.append("bn2", .batchNorm)
        try network.append("sum", .add, after: ["pool", "bn2"])
        try network.append("mean", .globalAveragePool)
        try network.append("flatten", .flatten)
        try network.append("fc", .linear(outputs: 3, bias: false))
        return network
    }

    @Test func valuesAreNamedAsPyTorchNamesThem() throws {
        let network = try Self.normalised()
        #expect(
            network.values.prefix(5).map(\.name) == [
                "conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var",
            ])
        #expect(network.values.prefix(5).map(\.kind) == [.weight, .scale, .shift, .mean, .variance])
        #expect(network.parameters.map(\.name).prefix(3) == ["conv1.weight", "bn1.weight", "bn1.bias"])
        #expect(network.statistics.count == 4)
        #expect(network.prunable.map(\.name) == ["conv1.weight", "depthwise.weight", "fc.weight"])
        #expect(network.prunable.map(\.fanIn) == [18, 9, 4])
        // 4*2*9*36 + 4*9*9 + 4*3.
        #expect(network.macs == 2592 + 324 + 12)
    }

    @Test func trainingMovesTheRunningMoments() throws {
        var network = Network(name: "norm", inputShape: [1, 1, 2])
        try network.append("bn", .batchNorm)
        let parameters = try network.initialParameters(seed: 1)
        func value(_ name: String) throws -> [Float] { try #require(parameters[name]).toFloats() }
        let input = try Tensor([1, 2, 3, 6] as [Float], shape: [2, 1, 1, 2])
        let evaluated = try network.forward(input, parameters)
        // Mean 0 and variance 1: only epsilon is left.
        #expect(try distance(evaluated, input / (1 + 1e-5).squareRoot()) <= 1e-6)
        #expect(try value("bn.running_mean") == [0])
        let trained = try network.forward(input, parameters, mode: .training)
        // Mean 3, variance 14 / 4; what enters the running one is 14 / 3.
        #expect(try distance(trained, (input - 3) / (3.5 + 1e-5).squareRoot()) <= 1e-6)
        #expect(try abs(value("bn.running_mean")[0] - 0.3) <= 1e-6)
        #expect(try abs(value("bn.running_var")[0] - (0.9 + 0.1 * 14 / 3)) <= 1e-6)
    }

    @Test func paddingIsNeverTheLargest() throws {
        var network = Network(name: "pool", inputShape: [1, 4, 4])
        try network.append("pool", .maxPool(size: 3, stride: 2, padding: 1))
        #expect(network.outputShape == [1, 2, 2])
        let input = try Tensor((1...16).map { -Float($0) }, shape: [1, 1, 4, 4])
        // Windows over rows and columns -1...1 and 1...3: their first elements that exist.
        #expect(try network.forward(input, [:]).toFloats() == [-1, -2, -5, -6])
        #expect(try network.forward(input.to(.float64), [:]).toFloats() == [-1, -2, -5, -6])
    }

    @Test func depthwiseChannelsDoNotMix() throws {
        let network = try Self.normalised()
        let weight = try Generator(seed: 3).normal([4, 1, 3, 3])
        let input = try Generator(seed: 4).normal([2, 4, 5, 5])
        var depthwise = Network(name: "depthwise", inputShape: [4, 5, 5])
        try depthwise.append("conv", try #require(network.nodes.first { $0.isDepthwise }).layer)
        let output = try depthwise.forward(input, ["conv.weight": weight])
        for channel in 0..<4 {
            func part(_ tensor: Tensor, _ dimension: Int) throws -> Tensor {
                try tensor.narrow(dimension: dimension, start: channel, length: 1).contiguous()
            }
            let expected = try part(input, 1).conv2d(weight: part(weight, 0), bias: nil, padding: 1)
            #expect(try distance(part(output, 1), expected) <= 1e-5)
        }
    }

    // The second derivative along a direction against the difference of first derivatives, in double precision; the
    // difference's own error is about 1e-6.
    @Test(arguments: [Network.Mode.training, .evaluation])
    func differentiatesTwiceInDoublePrecision(_ mode: Network.Mode) throws {
        let network = try Self.normalised()
        let parameters = try network.livelyParameters(seed: 7).mapValues { try $0.to(.float64) }
        let input = try network.input(batch: 4).to(.float64)
        let labels = try Tensor([0, 1, 2, 1] as [Int64])
        let names = network.prunable.map(\.name)
        func slope(_ step: Double, _ directions: [Tensor]) throws -> (Tensor, [Tensor]) {
            var moved = parameters
            var leaves: [Tensor] = []
            for (name, direction) in zip(names, directions) {
                let leaf = try (#require(parameters[name]) + direction * step).detach().requireGrad()
                moved[name] = leaf
                leaves.append(leaf)
            }
            let loss = try network.forward(input, moved, mode: mode).crossEntropy(labels: labels)
            #expect(try loss.dtype == .float64)
            let slopes = try gradients(of: loss, withRespectTo: leaves, createGraph: true)
            let along = try zip(slopes, directions).map { try ($0 * $1).sum() }
            return (try along.dropFirst().reduce(along[0]) { try $0 + $1 }, leaves)
        }
        let directions = try network.prunable.enumerated().map { index, parameter in
            try Generator(seed: UInt64(index)).normal(parameter.shape, dtype: .float64)
        }
        let (along, leaves) = try slope(0, directions)
        let curvature = try zip(gradients(of: along, withRespectTo: leaves), directions)
            .reduce(0) { try $0 + ($1.0 * $1.1).sum().item() }
        let difference = try (slope(1e-6, directions).0.item() - slope(-1e-6, directions).0.item()) / 2e-6
        #expect(curvature != 0)
        #expect(abs(curvature - difference) <= 1e-4 * max(1, abs(curvature)))
    }
}
