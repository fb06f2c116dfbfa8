/// A stretch of training with a fresh optimiser, and what happens before it.
package struct Round: Hashable, Sendable {
    /// The learning rates of its steps.
    package enum Rates: Hashable, Sendable {
        /// The dense schedule, compressed to the round's epochs.
        case dense
        /// The last epochs of the dense schedule.
        case rewound
        /// The dense schedule's last rate throughout.
        case last
    }

    /// 0 is dense training, all others count from 1.
    package var index: Int
    /// Which pruning the round begins with, from 1; nil where it begins with none.
    package var pruning: Int?
    /// What that pruning aims at.
    package var target: Level?
    /// Whether the method acts during the training.
    package var isUnderMethod: Bool
    package var epochs: Int
    package var rates: Rates
    /// "training" or "fine-tuning", as progress and the learning curve name it.
    package var phase: String
}

extension Stage {
    /// What the stage consists of, in order; indices rise.
    package var rounds: [Round] {
        guard let pruning else {
            return [Round(index: 0, isUnderMethod: false, epochs: training.epochs, rates: .dense, phase: "training")]
        }
        let count = pruning.schedule.rounds
        let isAtInitialisation = pruning.start == .initialisation
        func retraining(_ index: Int, pruning number: Int?, of count: Int, isUnderMethod: Bool) -> Round {
            Round(
                index: index, pruning: number, target: number.map { pruning.level.target(ofRound: $0, of: count) },
                isUnderMethod: isUnderMethod, epochs: pruning.retrain.epochs, rates: pruning.retrain.mode.rates,
                phase: "fine-tuning")
        }
        func full(_ index: Int, pruning number: Int?, of count: Int, epochs: Int) -> Round {
            Round(
                index: index, pruning: number, target: number.map { pruning.level.target(ofRound: $0, of: count) },
                isUnderMethod: true, epochs: epochs, rates: .dense, phase: "training")
        }
        switch pruning.course {
        case .pruneAndRetrain:
            return (1...count).map { round in
                isAtInitialisation
                    ? full(round, pruning: round, of: count, epochs: round == count ? training.epochs : 0)
                    : retraining(round, pruning: round, of: count, isUnderMethod: true)
            }
        case .train, .trainPruneRetrain:
            let first =
                isAtInitialisation
                ? full(1, pruning: nil, of: 1, epochs: training.epochs)
                : retraining(1, pruning: nil, of: 1, isUnderMethod: true)
            var second = retraining(2, pruning: 1, of: 1, isUnderMethod: false)
            if pruning.course == .train { second.epochs = 0 }
            return [first, second]
        }
    }

    /// Training epochs the stage runs.
    package var epochs: Int { rounds.reduce(0) { $0 + $1.epochs } }
}

extension Pruning {
    /// The method's course, which a gradual schedule turns into one of training only.
    package var course: MethodCatalogue.Course {
        schedule == .gradual ? .train : MethodCatalogue[method]?.course ?? .pruneAndRetrain
    }
}

extension Retrain.Mode {
    fileprivate var rates: Round.Rates {
        switch self {
        case .fineTune: .last
        case .learningRateRewinding: .rewound
        case .weightRewinding, .reinitialise: .dense
        }
    }
}
