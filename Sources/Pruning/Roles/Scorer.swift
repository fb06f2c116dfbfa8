package import Torch

/// A pruning method that says how much each weight matters; the engine does everything else.
///
/// Scope, ties, masks, schedules and retraining are never its business.
package protocol Scorer {
    /// Within which set of weights scores compete.
    var scope: Scope { get }

    /// How often scoring and removing take turns on the way to a round's sparsity, without training between; 1 by default.
    func repetitions(in context: PruningContext) throws -> Int

    /// One float tensor for every prunable parameter, of its shape; larger matters more, never NaN.
    ///
    /// Values of weights that are pruned already, or that the layer selection leaves alone, are ignored.
    func scores(in context: PruningContext) throws -> [String: Tensor]

    /// Values that make up for what was removed, by parameter name; none by default.
    ///
    /// - Parameter masks: What is left.
    func compensation(
        for masks: Masks, scores: [String: Tensor], in context: PruningContext
    ) throws -> [String: Tensor]
}

extension Scorer {
    package func repetitions(in context: PruningContext) throws -> Int { 1 }

    package func compensation(
        for masks: Masks, scores: [String: Tensor], in context: PruningContext
    ) throws -> [String: Tensor] { [:] }
}

/// Within which set of weights scores compete for being kept.
package enum Scope: Sendable, Hashable {
    /// All weights, as the stage's allocation has it: an exact count is removed.
    case weight
    /// The inputs of each neuron or filter, which keeps the fewest that hold a given share of their scores' sum. Neurons
    /// that nothing reads, and those whose scores are all zero, are removed. How many weights go is an outcome.
    case neuron
}
