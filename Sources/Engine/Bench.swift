internal import Datasets
internal import Networks
internal import Pruning
internal import Sweep
internal import Torch

/// How long training steps, or a pruning method's scoring passes, take on data made up for the purpose.
package struct Bench: Codable {
    package let network: String
    /// Whose scoring passes were timed; nil for training steps.
    package let method: String?
    package let batch: Int
    package let threads: Int
    /// How many were timed.
    package let steps: Int
    /// Of one step or pass: the middle one of all.
    package let medianSeconds: Double
    /// The median over pairs of steps, one right after the other, of the time of a step under masks that leave a tenth of
    /// the weights over that of one without; nil where that was not asked for.
    package let maskedRatio: Double?
    /// What the fastest of the profiled training steps spent time on, by ``StepPart``'s names, each from 0 to 1, together
    /// 1; nil for passes.
    package let shares: [String: Double]?
    package let parameters: Int
    /// Of one example, forward.
    package let macs: Int
    /// The most memory the process held, in bytes.
    package let peakMemory: Int

    /// Times `steps` training steps of `batch` images after some that are not timed, and profiles a third as many more; or
    /// with a method `steps` of its passes after one. With `masked`, times as many pairs of steps without and with masks.
    package init(
        network name: String, scoring method: String? = nil, batch: Int, threads: Int, steps: Int, masked: Bool = false
    ) throws {
        try setThreads(threads)
        try keepFreedMemory()
        let network = try Network.named(name, inputShape: Self.image(of: name), classes: 10)
        let parameters = try network.initialParameters(seed: 0)
        let warmUp = min(5, max(steps / 2, 1))
        let times: [Double]
        if let method {
            let pass = try Self.scoringPass(of: method, network, parameters)
            times = try Self.seconds(of: steps, after: 1) { _ in try pass() }
            (shares, maskedRatio) = (nil, nil)
        } else if masked {
            let model = try Model(network: network, parameters: parameters)
            let other = try Model(
                network: network, parameters: parameters.mapValues { try $0.detach().clone() },
                masks: Self.masks(network, parameters))
            let each = try [model, other].map { try Self.trainingStep($0, batch: batch) }
            let both = try Self.seconds(of: 2 * steps, after: 2 * warmUp) { try each[$0 % 2]($0 / 2) }
            let pairs = stride(from: 0, to: both.count, by: 2).map { (plain: both[$0], masked: both[$0 + 1]) }
            times = pairs.map(\.plain)
            maskedRatio = pairs.map { $0.masked / $0.plain }.sorted()[steps / 2]
            shares = nil
        } else {
            let step = try Self.trainingStep(Model(network: network, parameters: parameters), batch: batch)
            times = try Self.seconds(of: steps, after: warmUp, step)
            maskedRatio = nil
            let profiles = try (0..<max(steps / 3, 1)).map { index in try profile { try step(index) } }
            // What interrupts a step counts for the operation it interrupts; the fastest step has the least of that.
            shares = profiles.min { $0.values.reduce(0, +) < $1.values.reduce(0, +) }.map(StepPart.shares)
        }
        self.network = name
        self.method = method
        self.batch = batch
        self.threads = threads
        self.steps = steps
        medianSeconds = times.sorted()[steps / 2]
        self.parameters = network.parameterCount
        macs = network.macs
        peakMemory = Torch.peakMemory
    }

    /// The images a network is usually trained on: MNIST's for the LeNets, CIFAR's for the others.
    private static func image(of network: String) -> [Int] {
        network.contains("lenet") ? [1, 28, 28] : [3, 32, 32]
    }

    /// The step of ``StageRunner``: batch from the stored bytes, forward, backward, update.
    private static func trainingStep(_ model: Model, batch: Int) throws -> (Int) throws -> Void {
        let examples = try Examples.synthetic(count: 4 * batch, shape: model.network.inputShape, classes: 10)
        let training = Training(
            optimizer: .sgd, learningRate: 0.01, momentum: 0.9, weightDecay: 1e-4, batchSize: batch, epochs: 1,
            schedule: .constant, warmUp: 0)
        let train = try TrainingStep(model, training)
        var stream = RandomStream(seed: 0, purpose: "order")
        let order = try Tensor(stream.permutation(examples.count))
        return { step in
            let (inputs, labels) = try examples.batch(
                order.narrow(dimension: 0, start: step % 4 * batch, length: batch))
            _ = try train(inputs: inputs, labels: labels, learningRate: 0.01)
        }
    }

    /// The largest tenth of each layer's weights.
    private static func masks(_ network: Network, _ parameters: [String: Tensor]) throws -> Masks {
        let masks = try network.prunable.compactMap { parameter in
            try parameters[parameter.name].map { weight in
                let sizes = try weight.detach().abs()
                let threshold = try sizes.flatten().kthValue(max(parameter.count * 9 / 10, 1))
                return (parameter.name, try sizes.greater(threshold))
            }
        }
        return try Masks(Dictionary(uniqueKeysWithValues: masks), of: network)
    }

    /// One computation of a method's scores, with its default knobs; the images it looks at are ready.
    private static func scoringPass(
        of name: String, _ network: Network, _ parameters: [String: Tensor]
    ) throws -> () throws -> Void {
        guard let entry = MethodCatalogue[name] else {
            throw EngineError(
                .invalidStage,
                "unknown method '\(name)'; there are \(MethodCatalogue.names.joined(separator: ", "))")
        }
        let pruning = Pruning(
            method: name, knobs: entry.defaultKnobs, level: .sparsity(0.5),
            allocation: entry.allocations.first ?? .global, retrain: Retrain(mode: .fineTune, epochs: 0))
        let images = Int((entry.defaultKnobs["batch"] ?? 0).rounded())
        let perClass = Int((entry.defaultKnobs["per-class"] ?? 0).rounded())
        let examples = try Examples.synthetic(
            count: max(images, 10 * perClass, 100), shape: network.inputShape, classes: 10)
        // Labels take turns, so the first images hold equally many of each class.
        func first(_ count: Int) throws -> (inputs: Tensor, labels: Tensor) {
            try examples.batch(Tensor.range(min(count, examples.count)))
        }
        for tensor in parameters.values { try tensor.requireGrad() }
        let context = try PruningContext(
            network: network, parameters: parameters, pruning: pruning, seed: 0,
            examples: TrainingExamples(first: first, ofEachClass: { try first(10 * $0) }))
        let groups = context.eligibleGroups
        return {
            try withNoGrad {
                let method = try Methods.method(of: pruning)
                if let scorer = method.scorer {
                    _ = try scorer.scores(in: context)
                } else if let scorer = method.groupScorer {
                    _ = try scorer.scores(of: groups, in: context)
                } else {
                    throw EngineError(.invalidStage, "\(name) gives no scores; name a method that does")
                }
            }
        }
    }

    /// The seconds that each of `count` calls takes, after some that warm caches and pools up.
    private static func seconds(
        of count: Int, after warmUp: Int, _ body: (Int) throws -> Void
    ) throws -> [Double] {
        let clock = ContinuousClock()
        return try (0..<count + warmUp).map { index in
            let start = clock.now
            try body(index)
            return start.duration(to: clock.now) / .seconds(1)
        }.suffix(count)
    }
}
