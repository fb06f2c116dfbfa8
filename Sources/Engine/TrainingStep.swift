internal import Networks
internal import Pruning
internal import Sweep
internal import Torch

/// One step of training: forward, backward, update, masks, with whatever a method does around it.
struct TrainingStep {
    let model: Model
    let optimizer: any Optimizer
    /// The method that acts around the step, nil for none.
    let method: (any Trainer)?

    /// Starts with a fresh optimiser.
    init(_ model: Model, _ training: Training, under method: (any Trainer)? = nil) throws {
        self.model = model
        self.method = method
        let moved = model.named + (method?.learned ?? [])
        let weightDecay = method?.weightDecay ?? training.weightDecay
        optimizer =
            switch training.optimizer {
            case .sgd: try SGD(moved, momentum: training.momentum, weightDecay: weightDecay)
            case .adam: try Adam(moved, weightDecay: weightDecay)
            }
    }

    /// Moves the weights once; pruned weights and their momenta stay zero.
    ///
    /// - Parameters:
    ///   - step: Of the round, from 0, out of `steps`.
    /// - Returns: The batch's mean loss before the step, penalties included, not yet waited for.
    func callAsFunction(
        inputs: Tensor, labels: Tensor, learningRate: Double, step: Int = 0, of steps: Int = 1
    ) throws -> Tensor {
        try optimizer.zeroGrad()
        guard let method else {
            let loss = try model.network.forward(inputs, model.parameters, mode: .training).crossEntropy(labels: labels)
            try loss.backward()
            try optimizer.step(learningRate: learningRate)
            try mask()
            return try loss.detach()
        }
        let moment = TrainingMoment(
            parameters: model.parameters, masks: try model.kept, step: step,
            steps: steps, learningRate: learningRate)
        let values = try method.effective(model.parameters)
        var loss = try method.loss(
            model.network.forward(inputs, values, mode: .training), labels: labels, at: moment)
        if let penalty = try method.penalty(at: moment) { loss = try loss + penalty }
        try loss.backward()
        try withNoGrad { try method.beforeUpdate(at: moment) }
        if method.movesWeights(at: moment) {
            try optimizer.step(learningRate: learningRate)
            try mask()
        }
        if let masks = try withNoGrad({ try method.afterUpdate(at: moment) }) {
            try model.setMasks(masks)
            try mask()
        }
        return try loss.detach()
    }

    private func mask() throws {
        if let masks = model.masks { try optimizer.applyMasks(masks.tensors) }
    }
}
