import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

/// Two linear layers: 2x3 and 2x2 weights.
func tiny() throws -> Network {
    var network = Network(name: "tiny", inputShape: [3])
    try network.append("a", .linear(outputs: 2))
    try network.append("relu", .relu)
    try network.append("b", .linear(outputs: 2))
    return network
}

func bits(_ masks: Masks, _ name: String) throws -> [UInt8] {
    try #require(masks.tensors[name]).toBytes()
}

/// A context for one method: fresh parameters of the seed unless given, random images unless given.
///
/// - Parameters:
///   - knobs: Those that differ from the catalogue's defaults.
///   - own: Knobs of a method that is not in the catalogue.
///   - images: Inputs and labels; `first` and `ofEachClass` both take from the beginning.
func context(
    _ network: Network, method: String = "random", knobs: [String: Double] = [:], level: Level = .sparsity(0.5),
    parameters: [String: Tensor]? = nil, masks: Masks? = nil, allocation: Allocation? = nil,
    layers: LayerSelection = .all, seed: Int = 0, images: (inputs: Tensor, labels: Tensor)? = nil,
    adding own: [String: Double] = [:], record: @escaping (Measure, Double) -> Void = { _, _ in }
) throws -> PruningContext {
    let entry = try #require(MethodCatalogue[method])
    let source = try images ?? randomImages(100, network)
    let take: (Int) throws -> (inputs: Tensor, labels: Tensor) = { count in
        let count = min(count, source.inputs.shape[0])
        return (
            try source.inputs.narrow(dimension: 0, start: 0, length: count),
            try source.labels.narrow(dimension: 0, start: 0, length: count)
        )
    }
    let perClass: (Int) throws -> (inputs: Tensor, labels: Tensor) = { try take($0 * network.outputShape[0]) }
    return try PruningContext(
        network: network, parameters: parameters ?? network.initialParameters(seed: seed), masks: masks,
        pruning: Sweep.Pruning(
            method: method, knobs: entry.defaultKnobs.merging(knobs) { $1 }.merging(own) { $1 }, level: level,
            start: entry.start,
            allocation: allocation ?? entry.allocations.first ?? .global, layers: layers,
            retrain: Retrain(mode: .learningRateRewinding, epochs: 1)),
        seed: seed, examples: TrainingExamples(first: take, ofEachClass: perClass), record: record)
}

/// Standard normal images, labels in turn.
func randomImages(_ count: Int, _ network: Network, seed: UInt64 = 1) throws -> (inputs: Tensor, labels: Tensor) {
    let classes = network.outputShape[0]
    return (
        try Generator(seed: seed).normal([count] + network.inputShape),
        try Tensor((0..<count).map { Int64($0 % classes) })
    )
}

/// Prunes once to a sparsity, as the engine does.
func prune(_ sparsity: Double, in context: PruningContext) throws -> Rewriting {
    try withNoGrad {
        try Methods.method(of: context.pruning).prune(context.aiming(at: .sparsity(sparsity)))
    }
}

extension PruningContext {
    /// The same context for another target.
    func aiming(at target: Level) throws -> PruningContext {
        try PruningContext(
            network: network, parameters: parameters, masks: masks, dense: dense, pruning: pruning, target: target,
            seed: seed, round: round, examples: examples, record: record)
    }
}
