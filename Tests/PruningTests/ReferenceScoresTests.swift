import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

/// A small network with a convolution, a grouped one, normalisations, pooling, a residual sum and a linear layer, and images
/// with negative values.
struct ReferenceNetwork {
    let network: Network
    let parameters: [String: Tensor]
    let images: (inputs: Tensor, labels: Tensor)

    init() throws {
        var network = Network(name: "reference", inputShape: [2, 8, 8])
        try network.append("conv1", .convolution(outputs: 4, kernel: 3, padding: 1, bias: false))
        try network.append("bn1", .batchNorm)
        try network.append("relu1", .relu)
        try network.append("pool1", .maxPool(size: 2))
        try network.append("conv2", .convolution(outputs: 4, kernel: 3, padding: 1, groups: 2))
        try network.append("bn2", .batchNorm)
        try network.append("add", .add, after: ["bn2", "pool1"])
        try network.append("relu2", .relu)
        try network.append("flatten", .flatten)
        try network.append("fc", .linear(outputs: 3))
        self.network = network
        images = try randomImages(24, network)
        var parameters = try network.initialParameters(seed: 4)
        let generator = try Generator(seed: 9)
        for value in network.values {
            switch value.kind {
            case .weight, .bias: break
            case .scale, .variance: parameters[value.name] = try generator.uniform(value.shape, low: 0.5, high: 2)
            case .shift, .mean: parameters[value.name] = try generator.normal(value.shape, deviation: 0.3)
            }
        }
        self.parameters = parameters
    }

    func context(_ method: String, knobs: [String: Double] = [:]) throws -> PruningContext {
        try PruningTests.context(network, method: method, knobs: knobs, parameters: parameters, images: images)
    }
}

/// Every scorer against PyTorch computing the same score in double precision on the same weights and images.
@Suite(.timeLimit(.minutes(1)), .pyTorch) struct ReferenceScoresTests {
    /// Relative errors (Euclidean, per parameter) below 1e-4; single precision gives about 1e-6.
    @Test func pyTorchAgrees() throws {
        let reference = try ReferenceNetwork()
        var tensors = reference.parameters
        (tensors["inputs"], tensors["labels"]) = reference.images
        tensors["temperature"] = try Tensor([200] as [Float])
        let expected = try PyTorch.run("reference_scores.py", tensors: tensors)

        var scores: [String: [String: Tensor]] = [:]
        for method in ["snip", "grasp", "synflow", "sipp", "nnrelief"] {
            let context = try reference.context(method)
            let scorer = try #require(Methods.method(of: context.pruning).scorer)
            scores[method] = try withNoGrad { try scorer.scores(in: context) }
        }
        scores["sipp-random"] = try EmpiricalSensitivity(reduction: .largest)(
            reference.network, reference.parameters, over: reference.images.inputs)
        #expect(expected.count == 3 * scores.count)
        for (method, found) in scores {
            for parameter in reference.network.prunable {
                let wanted = try #require(expected["\(method)/\(parameter.name)"])
                let score = try #require(found[parameter.name])
                #expect(score.shape == wanted.shape)
                let error = try ((score - wanted).norm() / wanted.norm()).item()
                #expect(error < 1e-4, "\(method), \(parameter.name): \(error)")
            }
        }
    }
}
