package import Networks
package import Torch

/// A pruning method that says how much each weight matters; the engine does everything else.
///
/// Of the roles a method can play this is the first: scope, ties, masks, schedules and retraining are never its business.
package protocol Scorer: Sendable {
    /// Within which set of weights scores compete.
    var scope: Scope { get }

    /// One float tensor for every prunable parameter, of its shape; larger matters more, never NaN.
    ///
    /// Values of weights that are pruned already are ignored.
    func scores(in context: ScoringContext) throws -> [String: Tensor]
}

/// Within which set of weights scores compete for being kept.
package enum Scope: Sendable, Hashable {
    /// All prunable weights of the network: an exact count is removed.
    case global
    /// Each parameter for itself, all losing the same share: an exact count is removed in total.
    case layer
    /// The inputs of each neuron or filter, which keeps the fewest that hold a given share of their scores' sum. Neurons
    /// that nothing reads, and those whose scores are all zero, are removed. How many weights go is an outcome.
    case neuron
}

/// What a scorer may look at.
package struct ScoringContext {
    package let network: Network
    /// By name; pruned weights are zero.
    package let parameters: [String: Tensor]
    package let seed: Int
    /// Rounds of pruning, from 1.
    package let round: Int
    package let knobs: [String: Double]
    /// The first images of the training split's order of (seed, round, 0), at most as many as asked for; validation and
    /// test images are never among them.
    package let trainingImages: (_ count: Int) throws -> Tensor

    package init(
        network: Network, parameters: [String: Tensor], seed: Int, round: Int, knobs: [String: Double],
        trainingImages: @escaping (_ count: Int) throws -> Tensor
    ) {
        self.network = network
        self.parameters = parameters
        self.seed = seed
        self.round = round
        self.knobs = knobs
        self.trainingImages = trainingImages
    }

    /// A parameter by name.
    package func parameter(_ name: String) throws -> Tensor {
        guard let parameter = parameters[name] else {
            throw PruningError("network \(network.name) has no parameter \(name)")
        }
        return parameter
    }

    /// A knob of the method.
    package func knob(_ name: String) throws -> Double {
        guard let knob = knobs[name] else {
            throw PruningError("the stage lacks the knob '\(name)' of its method; plan the sweep again")
        }
        return knob
    }
}

/// A method that cannot be carried out: one sentence with the remedy.
package struct PruningError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
