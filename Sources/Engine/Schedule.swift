internal import Sweep

/// The rounds of training a stage consists of, step by step.
struct Schedule {
    let rounds: [Round]
    let stepsPerEpoch: Int
    /// Images of the smallest batch.
    let smallestBatch: Int
    private let training: Training

    /// Of the whole stage.
    var totalSteps: Int { rounds.reduce(0) { $0 + $1.epochs * stepsPerEpoch } }

    init(_ stage: Stage, trainingImages: Int) throws {
        training = stage.training
        // One image left over goes with the batch before it: a batch normalisation has nothing to learn from one value.
        let (whole, rest) = trainingImages.quotientAndRemainder(dividingBy: max(training.batchSize, 1))
        stepsPerEpoch = whole + (rest > 1 || whole == 0 ? 1 : 0)
        smallestBatch = whole == 0 ? trainingImages : rest > 1 ? rest : training.batchSize
        rounds = stage.rounds
        for round in rounds where round.rates == .rewound && round.epochs > training.epochs {
            throw EngineError(
                .invalidStage,
                "learning-rate rewinding over \(round.epochs) epochs needs a dense training of at least as many, not "
                    + "\(training.epochs); lower retrain.epochs")
        }
    }

    func steps(of round: Round) -> Int { round.epochs * stepsPerEpoch }

    /// The learning rate of one step.
    ///
    /// - Parameters:
    ///   - epoch: Of the round, from 0.
    ///   - step: Of the epoch, from 0.
    func rate(of round: Round, epoch: Int, step: Int) -> Double {
        let dense = LearningRate(training, stepsPerEpoch: stepsPerEpoch)
        return switch round.rates {
        case .dense:
            LearningRate(training.compressed(to: round.epochs), stepsPerEpoch: stepsPerEpoch).rate(
                epoch: epoch, step: step)
        case .rewound: dense.rate(epoch: training.epochs - round.epochs + epoch, step: step)
        case .last: dense.last
        }
    }
}

extension Training {
    /// The same schedule over other epochs: steps and warm-up keep their places in proportion.
    func compressed(to epochs: Int) -> Training {
        guard epochs != self.epochs else { return self }
        var compressed = self
        let ratio = Double(epochs) / Double(self.epochs)
        compressed.epochs = epochs
        compressed.warmUp = warmUp * ratio
        if case .step(let epochs, let factor) = schedule {
            compressed.schedule = .step(epochs: epochs.map { Int((Double($0) * ratio).rounded()) }, factor: factor)
        }
        return compressed
    }
}
