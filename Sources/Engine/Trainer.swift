internal import Networks
internal import Pruning
internal import Sweep
internal import Torch

/// One step of training: forward, backward, update, masks.
struct Trainer {
    let model: Model
    let optimizer: any Optimizer

    /// Starts with a fresh optimiser.
    init(_ model: Model, _ training: Training) throws {
        self.model = model
        optimizer =
            switch training.optimizer {
            case .sgd: try SGD(model.named, momentum: training.momentum, weightDecay: training.weightDecay)
            case .adam: try Adam(model.named, weightDecay: training.weightDecay)
            }
    }

    /// Moves the weights once; pruned weights and their momenta stay zero.
    ///
    /// - Returns: The batch's mean loss before the step, not yet waited for.
    func step(inputs: Tensor, labels: Tensor, learningRate: Double) throws -> Tensor {
        try optimizer.zeroGrad()
        let loss = try model.network.forward(inputs, model.parameters, mode: .training)
            .crossEntropy(labels: labels)
        try loss.backward()
        try optimizer.step(learningRate: learningRate)
        if let masks = model.masks { try optimizer.applyMasks(masks.tensors) }
        return try loss.detach()
    }
}
