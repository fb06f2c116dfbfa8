internal import Sweep

/// The rounds of training a stage consists of.
struct Schedule {
    /// A stretch of training with a fresh optimiser; all but round 0 begin with pruning.
    struct Round {
        /// 0 is dense training, pruning counts from 1.
        let index: Int
        let epochs: Int
        /// "training" or "fine-tuning", as progress and the learning curve name it.
        let phase: String
        /// By epoch and step of this round, from 0.
        let rate: (_ epoch: Int, _ step: Int) -> Double
    }

    let rounds: [Round]
    let stepsPerEpoch: Int

    var totalSteps: Int { rounds.reduce(0) { $0 + $1.epochs * stepsPerEpoch } }

    init(_ stage: Stage, trainingImages: Int) throws {
        let training = stage.training
        let stepsPerEpoch = (trainingImages + training.batchSize - 1) / max(training.batchSize, 1)
        let dense = LearningRate(training, stepsPerEpoch: stepsPerEpoch)
        self.stepsPerEpoch = stepsPerEpoch
        guard let pruning = stage.pruning else {
            rounds = [
                Round(index: 0, epochs: training.epochs, phase: "training") { dense.rate(epoch: $0, step: $1) }
            ]
            return
        }
        let retrain = pruning.retrain
        let skipped = training.epochs - retrain.epochs
        guard retrain.mode == .fineTune || skipped >= 0 else {
            throw EngineError(
                .invalidStage,
                "learning-rate rewinding over \(retrain.epochs) epochs needs a dense training of at least as many, not "
                    + "\(training.epochs); lower retrain.epochs")
        }
        rounds = (1...max(pruning.iterations, 1)).map { index in
            Round(index: index, epochs: retrain.epochs, phase: "fine-tuning") { epoch, step in
                switch retrain.mode {
                case .fineTune: dense.last
                case .learningRateRewinding: dense.rate(epoch: skipped + epoch, step: step)
                }
            }
        }
    }
}
