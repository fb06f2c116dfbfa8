import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

/// The methods that remove whole channels and take scores for it.
let groupScorers = MethodCatalogue.entries.filter { $0.structure == .channel && !$0.name.hasPrefix("noiseout") }.map(
    \.name)

/// Convolutions with and without batch normalisation, a residual sum, pooling, a stride and two linear layers.
///
/// Channels: conv1 = conv3 (8, read by conv2 and conv4), conv2 (6), conv4 (10, each 4 features of fc1), fc1 (12).
func coupled() throws -> Network {
    var network = Network(name: "coupled", inputShape: [3, 8, 8])
    try network.append("conv1", .convolution(outputs: 8, kernel: 3, padding: 1, bias: false))
    try network.append("bn1", .batchNorm)
    try network.append("relu1", .relu)
    try network.append("conv2", .convolution(outputs: 6, kernel: 3, padding: 1))
    try network.append("bn2", .batchNorm)
    try network.append("relu2", .relu)
    try network.append("conv3", .convolution(outputs: 8, kernel: 1, bias: false))
    try network.append("bn3", .batchNorm)
    try network.append("sum", .add, after: ["bn3", "relu1"])
    try network.append("pool", .maxPool(size: 2))
    try network.append("conv4", .convolution(outputs: 10, kernel: 3, stride: 2, padding: 1))
    try network.append("relu4", .relu)
    try network.append("flatten", .flatten)
    try network.append("fc1", .linear(outputs: 12))
    try network.append("relu5", .relu)
    try network.append("fc2", .linear(outputs: 5))
    return network
}

/// Values as training might leave them: every filter of its own size, normalisations that do something.
func lively(_ network: Network, seed: UInt64 = 7) throws -> [String: Tensor] {
    let generator = try Generator(seed: seed)
    var tensors: [String: Tensor] = [:]
    for value in network.values {
        switch value.kind {
        case .weight:
            let sizes = try generator.uniform(
                value.shape.indices.map { $0 == 0 ? value.shape[0] : 1 }, low: 0.5, high: 1.5)
            let deviation = (2 / Double(value.fanIn)).squareRoot()
            tensors[value.name] = try generator.normal(value.shape, deviation: deviation) * sizes
        case .scale, .variance: tensors[value.name] = try generator.uniform(value.shape, low: 0.5, high: 1.5)
        case .bias, .shift, .mean: tensors[value.name] = try generator.normal(value.shape, deviation: 0.3)
        }
    }
    return tensors
}

/// A context for a group scorer with lively values and few images.
func groupContext(
    _ network: Network, _ method: String, images: Int = 20, samples: Double = 200, allocation: Allocation? = nil,
    layers: LayerSelection = .all, seed: Int = 0, record: @escaping (Measure, Double) -> Void = { _, _ in }
) throws -> PruningContext {
    let defaults = try #require(MethodCatalogue[method]).defaultKnobs
    let knobs = ["batch": Double(images), "samples": samples].filter { defaults[$0.key] != nil }
    return try context(
        network, method: method, knobs: knobs, parameters: lively(network), allocation: allocation, layers: layers,
        seed: seed, images: randomImages(images, network), record: record)
}

/// The method's group scorer; slimming's gates, where it needs some, are those of a training that gave random ones.
func groupScorer(in context: PruningContext) throws -> any GroupScorer {
    let method = try Methods.method(of: context.pruning)
    if let trainer = method.trainer {
        _ = try trainer.begin(context)
        let generator = try Generator(seed: 3)
        for gate in trainer.learned {
            try withNoGrad { try gate.tensor.copy(from: generator.uniform(gate.tensor.shape, low: 0.1, high: 1)) }
        }
        _ = try withNoGrad { try trainer.finish(context) }
    }
    return try #require(method.groupScorer)
}

/// Prunes once to a sparsity, and says what was kept and with which values before the network shrank.
func pruneChannels(
    _ sparsity: Double, in context: PruningContext
) throws -> (kept: [String: [Int]], parameters: [String: Tensor], rewriting: Rewriting) {
    try withNoGrad {
        let scorer = try groupScorer(in: context)
        let rewriting = try Method(scorer).prune(context.aiming(at: .sparsity(sparsity)))
        let kept = try #require(rewriting.kept)
        let groups = context.eligibleGroups
        let values = try scorer.compensation(
            for: kept, of: groups, scores: scorer.scores(of: groups, in: context), in: context)
        return (kept, context.parameters.merging(values) { $1 }, rewriting)
    }
}

/// The largest difference, as a share of the largest value where that exceeds 1.
func distance(_ a: Tensor, _ b: Tensor) throws -> Double {
    try (a - b).abs().amax().item() / max(1, b.abs().amax().item())
}
