import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

/// A trainer in the course of a training, step by step, as the engine leads it.
final class TrainerCourse {
    let trainer: any Trainer
    let context: PruningContext
    let parameters: [String: Tensor]
    let steps: Int
    let learningRate: Double
    private(set) var masks: Masks
    private(set) var optimizer: SGD

    init(_ trainer: any Trainer, _ context: PruningContext, steps: Int, learningRate: Double = 0.05) throws {
        self.trainer = trainer
        self.context = context
        self.steps = steps
        self.learningRate = learningRate
        parameters = context.parameters
        masks = context.masks
        let started = try withNoGrad { try trainer.begin(context) }
        let named = try context.network.parameters.map {
            NamedTensor(name: $0.name, tensor: try #require(context.parameters[$0.name]).requireGrad())
        }
        optimizer = try SGD(named + trainer.learned, momentum: 0.9, weightDecay: trainer.weightDecay ?? 1e-4)
        if let started { try take(started) }
    }

    /// A trainer of a method on the residual network below.
    convenience init(
        _ method: String, knobs: [String: Double] = [:], level: Level = .sparsity(0.8), masks: Masks? = nil,
        layers: LayerSelection = .all, steps: Int = 30
    ) throws {
        let context = try PruningTests.context(
            Self.residualNetwork(), method: method, knobs: knobs, level: level, masks: masks, layers: layers)
        try self.init(#require(Methods.method(of: context.pruning).trainer), context, steps: steps)
    }

    /// 1,224 prunable weights in two convolutions and a linear layer.
    static func residualNetwork() throws -> Network {
        var network = Network(name: "residual", inputShape: [3, 6, 6])
        try network.append("conv1", .convolution(outputs: 8, kernel: 3, padding: 1, bias: false))
        try network.append("bn1", .batchNorm)
        try network.append("relu1", .relu)
        try network.append("conv2", .convolution(outputs: 8, kernel: 3, padding: 1))
        try network.append("bn2", .batchNorm)
        try network.append("add", .add, after: ["bn2", "relu1"])
        try network.append("pool", .maxPool(size: 2))
        try network.append("flatten", .flatten)
        try network.append("fc", .linear(outputs: 6))
        return network
    }

    func moment(_ step: Int) -> TrainingMoment {
        TrainingMoment(parameters: parameters, masks: masks, step: step, steps: steps, learningRate: learningRate)
    }

    /// The whole loss of the batch of a step.
    func loss(_ step: Int) throws -> Tensor {
        let all = try context.examples.first(100)
        let start = step * 20 % 100
        let outputs = try context.network.forward(
            all.inputs.narrow(dimension: 0, start: start, length: 20), trainer.effective(parameters), mode: .training)
        let labels = try all.labels.narrow(dimension: 0, start: start, length: 20)
        let loss = try trainer.loss(outputs, labels: labels, at: moment(step))
        return try trainer.penalty(at: moment(step)).map { try loss + $0 } ?? loss
    }

    /// - Returns: The masks the trainer set, if it did.
    @discardableResult
    func run(_ step: Int) throws -> Masks? {
        try optimizer.zeroGrad()
        try loss(step).backward()
        return try withNoGrad {
            try trainer.beforeUpdate(at: moment(step))
            if trainer.movesWeights(at: moment(step)) {
                try optimizer.step(learningRate: learningRate)
                try optimizer.applyMasks(masks.tensors)
            }
            let new = try trainer.afterUpdate(at: moment(step))
            if let new { try take(new) }
            return new
        }
    }

    /// All the steps, then the end.
    func runAll() throws {
        for step in 0..<steps { try run(step) }
        try finish()
    }

    func finish() throws {
        let now = try PruningContext(
            network: context.network, parameters: parameters, masks: masks, pruning: context.pruning,
            seed: context.seed,
            examples: context.examples)
        try take(#require(withNoGrad { try trainer.finish(now) }))
    }

    private func take(_ new: Masks) throws {
        masks = new
        try optimizer.applyMasks(new.tensors)
    }

    /// The logits of the first images with what the trainer makes of the parameters.
    func logits(_ values: [String: Tensor]) throws -> [Float] {
        try withNoGrad { try context.network.forward(context.examples.first(50).inputs, values).toFloats() }
    }

    /// Pruned weights in each layer, in the order of the graph.
    func pruned() throws -> [Int] {
        try context.network.prunable.map { try $0.count - masks.nonzero($0) }
    }

    // MARK: - PyTorch

    /// What `reference_trainers.py` computes on this network, its first batch and what the trainer has learned.
    func reference(
        _ method: String, more: [String: Tensor] = [:], knobs: [String: Double] = [:]
    ) throws -> [String: Tensor] {
        let all = try context.examples.first(20)
        var tensors = parameters.merging(more) { $1 }
        for learned in trainer.learned { tensors[learned.name] = learned.tensor }
        tensors["inputs"] = all.inputs
        tensors["labels"] = all.labels
        return try PyTorch.run(
            "reference_trainers.py", method, tensors: tensors, metadata: knobs.mapValues { "\($0)" })
    }

    /// Compares the gradients of the first step, and the loss, with a reference's; relative error in each tensor's
    /// norm.
    func expectGradients(_ reference: [String: Tensor]) throws {
        try optimizer.zeroGrad()
        let loss = try loss(0)
        try loss.backward()
        let expected = try #require(reference["loss"]).item()
        let found = try loss.item()
        #expect(abs(found - expected) < 1e-5 * abs(expected))
        for parameter in optimizer.parameters {
            let gradient = try #require(try parameter.tensor.grad, "\(parameter.name)").to(.float64)
            let wanted = try #require(reference["grad/" + parameter.name], "\(parameter.name)").to(.float64)
            let norm = try wanted.norm().item()
            // A convolution's bias in front of a batch normalisation has a gradient of zero and rounding.
            let error = try (gradient - wanted).norm().item()
            #expect(error < 1e-4 * norm || (parameter.name == "conv2.bias" && error < 1e-6), "\(parameter.name)")
        }
    }
}
