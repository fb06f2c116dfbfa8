internal import Datasets
internal import Foundation
internal import Networks
internal import Pruning
internal import Sweep
internal import Torch

/// What a pruning method does in the course of a stage.
extension StageRunner {
    /// What the method may look at.
    ///
    /// - Parameters:
    ///   - round: The one that runs; nil before the first and after the last.
    ///   - parameters: Other values than the model's.
    func context(round: Round?, parameters: [String: Tensor]? = nil) throws -> PruningContext {
        guard let pruning = job.stage.pruning else {
            throw EngineError(.crash, "a stage without pruning has no method; report this as a bug")
        }
        return try PruningContext(
            network: model.network, parameters: parameters ?? model.parameters, masks: model.masks,
            dense: model.dense, pruning: pruning, target: round?.target, seed: job.stage.seed,
            round: round?.pruning ?? 1,
            examples: TrainingExamples(of: dataset, split, round: round?.index ?? 0)
        ) { [self] measure, value in
            record.measures[measure.rawValue] = value
        }
    }

    /// Lets the method change the network before the first round.
    func prepareMethod() throws {
        guard let rewriter = method?.rewriter else { return }
        if let prepared = try withNoGrad({ try rewriter.prepare(context(round: nil)) }) {
            // What rewinding goes back to has the same shapes.
            origin = try withNoGrad {
                try origin.flatMap { try rewriter.prepare(context(round: nil, parameters: $0))?.parameters }
            }
            try model.replace(by: prepared)
            step = try TrainingStep(model, job.stage.training)
        }
    }

    /// Lets the method deliver the network after the last round.
    func finishMethod() throws {
        guard let rewriter = method?.rewriter else { return }
        if let finished = try withNoGrad({ try rewriter.finish(context(round: nil)) }) {
            try model.replace(by: finished)
        }
    }

    /// Records how few weights a dense network needs for its training loss.
    func measurePrunability() throws {
        let positions = Array(split.order(round: 0, epoch: 0).prefix(Prunability.images))
        record.measures[Measure.prunability.rawValue] = try Prunability.measure(of: model.network, model.parameters) {
            try Evaluation(of: model, on: dataset.training, at: positions, values: $0).loss
        }
    }

    /// What a round begins with: pruning, a fresh optimiser, and the method's part in the training.
    func begin(_ round: Round) throws {
        if round.pruning != nil { try prune(round) }
        guard status.0 == .ok else { return }
        guard round.isUnderMethod, round.epochs > 0, let trainer = method?.trainer else {
            step = try TrainingStep(model, job.stage.training)
            return
        }
        do {
            if let masks = try withNoGrad({ try trainer.begin(context(round: round)) }) { try model.setMasks(masks) }
        } catch let infeasible as InfeasibleLevel {
            status = (.infeasible, infeasible.description)
            return
        }
        step = try TrainingStep(model, job.stage.training, under: trainer)
    }

    private func prune(_ round: Round) throws {
        guard let pruning = job.stage.pruning, let method else { return }
        tell("pruning", loss: 0)
        do {
            if pruning.course != .pruneAndRetrain, schedule.rounds.allSatisfy({ !$0.isUnderMethod || $0.epochs == 0 }) {
                throw InfeasibleLevel(
                    "\(pruning.method) prunes by training, and the stage has no epochs for it; raise retrain.epochs")
            }
            try withNoGrad {
                // A training under the method lies behind: the method says what it came to.
                if !round.isUnderMethod, let masks = try method.trainer?.finish(context(round: round)) {
                    try model.setMasks(masks)
                } else if method.scorer != nil || method.groupScorer != nil || method.rewriter != nil {
                    let before = try context(round: round)
                    let rewriting = try method.prune(before)
                    // The training was the method's own; none follows that would make up for weights set back.
                    try rewind(pruning.course == .train ? .fineTune : pruning.retrain.mode, before.network, rewriting)
                }
            }
        } catch let infeasible as InfeasibleLevel {
            status = (.infeasible, infeasible.description)
            return
        }
        try judge(pruning, isLast: round.index == schedule.rounds.last?.index)
    }

    /// Takes over what a pruning left, with the values that the retraining starts from.
    private func rewind(_ mode: Retrain.Mode, _ before: Network, _ rewriting: Rewriting) throws {
        var values = rewriting.parameters
        switch mode {
        case .fineTune, .learningRateRewinding: break
        case .weightRewinding:
            guard let whole = origin else { break }
            let rewound: [String: Tensor]
            if let kept = rewriting.kept {
                rewound = try before.keeping(kept, parameters: whole).parameters
            } else if rewriting.network == before {
                rewound = whole
            } else {
                throw InfeasibleLevel(
                    "\(job.stage.pruning?.method ?? "the method") makes new layers, which have no initial weights to go back "
                        + "to; use another retrain.mode; not retrained")
            }
            origin = rewound
            values = rewound
        case .reinitialise:
            values = try rewriting.network.initialParameters(seed: job.stage.seed, purpose: "reinitialisation")
        }
        try model.replace(
            by: Rewriting(network: rewriting.network, parameters: values, masks: rewriting.masks, kept: rewriting.kept))
    }

    /// Says whether the stage may go on, and after the last pruning how the network does before any retraining.
    private func judge(_ pruning: Pruning, isLast: Bool) throws {
        if let layer = try model.kept.collapsedParameter() {
            status = (.collapsed, "\(layer) has no weight left after pruning; not retrained")
        }
        guard isLast || status.0 != .ok else { return }
        let after = try Evaluation(of: model, on: dataset.training, at: split.validation)
        if after.loss.isFinite {
            record.measures[Measure.prunedValidationAccuracy.rawValue] = after.accuracy
            record.measures[Measure.prunedValidationLoss.rawValue] = after.loss
        }
        if case .sparsity(let requested) = pruning.level, status.0 == .ok {
            let achieved = try model.sparsity
            if abs(achieved - requested) > Level.tolerance {
                status = (
                    .infeasible,
                    "\(pruning.method) reaches a sparsity of \(String(format: "%.4f", achieved)), not the requested "
                        + "\(requested); not retrained"
                )
            }
        }
    }
}

extension TrainingExamples {
    /// The training split's images in the order of a round's first epoch.
    init(of dataset: Dataset, _ split: Split, round: Int) {
        let order = split.order(round: round, epoch: 0)
        func batch(_ positions: [Int64]) throws -> (inputs: Tensor, labels: Tensor) {
            try dataset.training.batch(Tensor(positions))
        }
        self.init(
            first: { count in try batch(Array(order.prefix(count))) },
            ofEachClass: { count in
                let labels = try dataset.training.labels.indexSelect(Tensor(order)).toInts()
                var found: [Int: Int] = [:]
                return try batch(
                    zip(order, labels).compactMap { position, label in
                        found[label, default: 0] += 1
                        return found[label, default: 0] <= count ? position : nil
                    })
            })
    }
}

extension Trainer {
    /// Copies a saved state in; a missing name is an error.
    func load(_ saved: [String: Tensor]) throws {
        for (name, tensor) in state {
            guard let value = saved[name] else {
                throw EngineError(.artifact, "the saved state of the method lacks \(name); start the stage over")
            }
            try withNoGrad { try tensor.copy(from: value) }
        }
    }
}
