import Sweep
import Testing
import Torch

@testable import Networks

@Suite struct ShrinkingTests {
    static let networks = [
        ("lenet-300-100", [1, 28, 28]), ("lenet-5", [1, 28, 28]), ("noiseout-lenet", [1, 28, 28]),
        ("vgg-16-bn", [3, 32, 32]), ("resnet-20", [3, 32, 32]), ("resnet-50", [3, 32, 32]),
        ("mobilenet-v1", [3, 32, 32]),
    ]

    // Float sums in another order: 1e-5 of the largest logit, or of 1.
    @Test(arguments: networks, [0.5, 0.3])
    func theSmallerNetworkComputesWhatTheMaskedOneDoes(_ which: (String, [Int]), _ share: Double) throws {
        let network = try Network.named(which.0, inputShape: which.1, classes: 10)
        let parameters = try network.livelyParameters(seed: 5)
        let kept = network.randomChannels(share: share, seed: 6)
        let input = try network.input(batch: 2)
        let masks = try network.masks(keeping: kept)
        var masked = parameters
        for (name, mask) in masks {
            masked[name] = try #require(parameters[name]).maskedFill(mask.not(), 0)
        }
        let (small, values) = try network.keeping(kept, parameters: parameters)
        let (dense, expected, found) = try withNoGrad {
            (
                try network.forward(input, parameters), try network.forward(input, masked),
                try small.forward(input, values)
            )
        }
        #expect(try distance(found, expected) <= 1e-5)
        // The channels that went did something.
        #expect(try distance(found, dense) > 1e-3)
        #expect(small.outputShape == network.outputShape)
        for value in small.values { #expect(values[value.name]?.shape == value.shape) }
        #expect(values.count == small.values.count)
        // What the masks leave, and nothing else, is in the smaller network.
        let left = try masks.mapValues { try $0.countNonzero().itemInt() }
        #expect(small.parameterCount == network.parameters.reduce(0) { $0 + (left[$1.name] ?? $1.count) })
        #expect(small.macs == network.macs { left[$0.name] ?? $0.count })
    }

    @Test func keepingEverythingChangesNothing() throws {
        let network = try NetworkTests.residual()
        let parameters = try network.initialParameters(seed: 1)
        let (same, values) = try network.keeping([:], parameters: parameters)
        #expect(same == network)
        for (name, tensor) in parameters {
            #expect(try values[name]?.toFloats() == tensor.toFloats())
            #expect(values[name]?.sharesStorage(with: tensor) == false)
        }
        #expect(try network.masks(keeping: [:]).isEmpty)
    }

    @Test(
        arguments: [
            (["conv1": []], "none would be left"), (["conv1": [0, 2]], "must ascend within 0...1"),
            (["conv1": [1, 0]], "must ascend"), (["conv1": [-1]], "must ascend"),
            (["fc": [0]], "no removable channels"),
        ] as [([String: [Int]], String)])
    func whatCannotBeKeptIsRefused(_ kept: [String: [Int]], _ reason: String) throws {
        let network = try NetworkTests.residual()
        let parameters = try network.initialParameters(seed: 1)
        let error = #expect(throws: NetworkError.self) { try network.keeping(kept, parameters: parameters) }
        #expect(error?.description.contains(reason) == true)
        #expect(throws: NetworkError.self) { try network.masks(keeping: kept) }
    }

    /// Seconds of a step: forward, backward, with the batch's moments.
    private static func step(
        _ network: Network, _ parameters: [String: Tensor], _ input: Tensor, _ labels: Tensor
    ) throws -> Double {
        let trained = network.parameters.compactMap { parameters[$0.name] }
        try Tensor.zeroGrad(trained)
        let clock = ContinuousClock()
        let time = try clock.measure {
            try network.forward(input, parameters, mode: .training).crossEntropy(labels: labels).backward()
        }
        return time / .seconds(1)
    }

    // Medians of interleaved steps in one run and on one thread, so that another process on the machine hits both alike.
    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            ("lenet-5", [1, 28, 28], 64), ("resnet-20", [3, 32, 32], 32), ("vgg-16-bn", [3, 32, 32], 8),
            ("mobilenet-v1", [3, 64, 64], 16),
        ])
    func aStepWithoutSeventyPercentTakesHalfTheTime(_ name: String, _ shape: [Int], _ batch: Int) throws {
        let before = threads
        try setThreads(1)
        defer { try? setThreads(before) }
        let network = try Network.named(name, inputShape: shape, classes: 10)
        let parameters = try network.livelyParameters(seed: 2)
        let (small, values) = try network.keeping(
            network.randomChannels(share: 0.3, seed: 3), parameters: parameters)
        for (which, tensors) in [(network, parameters), (small, values)] {
            for parameter in which.parameters { try tensors[parameter.name]?.requireGrad() }
        }
        let input = try network.input(batch: batch)
        let labels = try Tensor((0..<Int64(batch)).map { $0 % 10 })
        var (dense, shrunk): ([Double], [Double]) = ([], [])
        for _ in 0..<9 {
            dense.append(try Self.step(network, parameters, input, labels))
            shrunk.append(try Self.step(small, values, input, labels))
        }
        let ratio = shrunk.sorted()[4] / dense.sorted()[4]
        #expect(ratio <= 0.5, "\(name): \(ratio) of \(dense.sorted()[4]) s")
    }
}
