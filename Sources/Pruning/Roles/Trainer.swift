package import Torch

/// A pruning method that acts around every training step.
///
/// It writes its penalty, its effective weights or the update of its masks; the loop, schedules, checkpoints and the
/// retraining afterwards are never its business. One object lives as long as a stage.
package protocol Trainer: AnyObject {
    /// Called before the first step of a round under the method, and again when a stopped one goes on, after which
    /// ``state`` is filled with what was saved.
    ///
    /// - Returns: The masks to start from, nil to leave them alone. Not asked again when a stopped round goes on.
    func begin(_ context: PruningContext) throws -> Masks?

    /// What it learns besides the network's parameters; the optimiser moves these too. Empty by default.
    var learned: [NamedTensor] { get }

    /// Every tensor, learned or not, that decides how it goes on, by name; the live ones. By default what it learns.
    var state: [String: Tensor] { get }

    /// The values the network computes with; by default the parameters themselves.
    ///
    /// Differentiable by the parameters and by ``learned``.
    func effective(_ parameters: [String: Tensor]) throws -> [String: Tensor]

    /// The loss of a batch; by default the mean cross entropy.
    func loss(_ outputs: Tensor, labels: Tensor, at moment: TrainingMoment) throws -> Tensor

    /// A scalar added to the loss, nil for none (the default).
    func penalty(at moment: TrainingMoment) throws -> Tensor?

    /// The weight decay of the network's parameters and of what it learns, nil (the default) for the training's.
    var weightDecay: Double? { get }

    /// Whether the optimiser moves the weights in this step; true by default.
    ///
    /// Where it does not, the gradients are there for ``afterUpdate(at:)`` all the same.
    func movesWeights(at moment: TrainingMoment) -> Bool

    /// Called when the gradients are there and may be changed; nothing by default.
    func beforeUpdate(at moment: TrainingMoment) throws

    /// Called when the weights have moved, or would have.
    ///
    /// - Returns: New masks, nil (the default) to leave them alone.
    func afterUpdate(at moment: TrainingMoment) throws -> Masks?

    /// Called after the last step: writes the effective values into the parameters.
    ///
    /// - Returns: What is left of the network; nil (the default) where the method's scorer, group scorer or rewriter
    ///   says.
    func finish(_ context: PruningContext) throws -> Masks?
}

extension Trainer {
    package func begin(_ context: PruningContext) throws -> Masks? { nil }
    package var learned: [NamedTensor] { [] }
    package var state: [String: Tensor] {
        Dictionary(uniqueKeysWithValues: learned.map { ($0.name, $0.tensor) })
    }
    package func effective(_ parameters: [String: Tensor]) throws -> [String: Tensor] { parameters }
    package func loss(_ outputs: Tensor, labels: Tensor, at moment: TrainingMoment) throws -> Tensor {
        try outputs.crossEntropy(labels: labels)
    }
    package func penalty(at moment: TrainingMoment) throws -> Tensor? { nil }
    package var weightDecay: Double? { nil }
    package func movesWeights(at moment: TrainingMoment) -> Bool { true }
    package func beforeUpdate(at moment: TrainingMoment) throws {}
    package func afterUpdate(at moment: TrainingMoment) throws -> Masks? { nil }
    package func finish(_ context: PruningContext) throws -> Masks? { nil }
}

/// One training step, as a trainer sees it.
package struct TrainingMoment {
    /// The live values of the network by name.
    package let parameters: [String: Tensor]
    package let masks: Masks
    /// Of the round, from 0.
    package let step: Int
    /// Of the whole round.
    package let steps: Int
    package let learningRate: Double

    package init(parameters: [String: Tensor], masks: Masks, step: Int, steps: Int, learningRate: Double) {
        self.parameters = parameters
        self.masks = masks
        self.step = step
        self.steps = steps
        self.learningRate = learningRate
    }
}
