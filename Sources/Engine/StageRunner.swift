internal import Datasets
internal import Files
internal import Foundation
internal import Networks
internal import Pruning
package import Sweep
internal import Torch

/// What to run, and where its files lie.
package struct Job: Sendable {
    package var key: StageKey
    package var stage: Stage
    /// Data sets are folders inside; empty when there is none.
    package var dataDirectory: String
    /// Everything is written here. A `resume.safetensors` of this stage in it is continued.
    package var workDirectory: String
    /// The dense parent's checkpoint, for a prune stage.
    package var checkpoint: String?
    /// A resume checkpoint that came from elsewhere.
    package var resume: String?

    package init(
        key: StageKey, stage: Stage, dataDirectory: String, workDirectory: String, checkpoint: String? = nil,
        resume: String? = nil
    ) {
        self.key = key
        self.stage = stage
        self.dataDirectory = dataDirectory
        self.workDirectory = workDirectory
        self.checkpoint = checkpoint
        self.resume = resume
    }
}

/// How far a running stage is.
package struct StageProgress: Sendable {
    package var step: Int
    package var totalSteps: Int
    /// "training", "pruning", "fine-tuning", "evaluating".
    package var phase: String
    /// Of the last step looked at.
    package var loss: Double
    /// Of the validation split; 0 before the first evaluation.
    package var accuracy: Double
}

/// Runs one stage from its inputs to its outcome: train, or prune and retrain round by round, then evaluate.
///
/// The test set is read once, after the last epoch. Training happens on the calling thread.
package final class StageRunner {
    /// How a stage left the engine.
    package enum Result {
        /// With the path of its checkpoint.
        case finished(Outcome, checkpoint: String)
        /// Where to go on from, nil when nothing was worth keeping, and after how many steps.
        case stopped(resume: (ArtifactReference, path: String)?, step: Int)
    }

    let job: Job
    let dataset: Dataset
    let split: Split
    let schedule: Schedule
    let model: Model
    /// What the stage's method does; nil for dense training.
    let method: Method?
    var step: TrainingStep
    var record: ResumeCheckpoint.Record
    var status = (Outcome.Status.ok, note: "")
    /// The untrained values that rewinding goes back to, in the shape of the network as it stands; nil without rewinding.
    var origin: [String: Tensor]?
    /// Loss summed over the examples of the current epoch.
    private var lossSum: Tensor
    private let report: (StageProgress) -> Void
    private let stopIsWanted: () -> Bool
    private var pace = Pace()
    /// Since when no wall time was added to the record's.
    private var lap = ContinuousClock.now

    /// Loads everything the stage needs.
    ///
    /// - Parameters:
    ///   - report: Called a few times a second at most.
    ///   - stopIsWanted: Asked after every step and before every pruning.
    package init(
        _ job: Job, datasets: DatasetCache, report: @escaping (StageProgress) -> Void,
        stopIsWanted: @escaping () -> Bool
    ) throws {
        self.job = job
        self.report = report
        self.stopIsWanted = stopIsWanted
        let stage = job.stage
        try Self.refuseOtherArithmetic(stage)
        try setThreads(stage.threads)
        try keepFreedMemory()
        dataset = try datasets.dataset(stage.dataset, dataDirectory: job.dataDirectory)
        split = try Split(count: dataset.training.count, share: stage.dataset.validation, seed: stage.seed)
        schedule = try Schedule(stage, trainingImages: split.training.count)
        method = try stage.pruning.map { try Methods.method(of: $0) }
        let network = try Network.named(
            stage.network, inputShape: dataset.imageShape, classes: dataset.classes)
        if schedule.smallestBatch == 1, let layer = network.nodes.first(where: \.normalisesOneValueAnImage) {
            throw EngineError(
                .invalidStage,
                "a batch of one image has one value per channel in \(layer.name), and a batch normalisation learns nothing "
                    + "from it; use a training.batch-size of at least 2, and more than one training image")
        }
        do throws(FileError) {
            try WholeFile.makeDirectory(job.workDirectory)
        } catch {
            throw EngineError(.storage, "the work directory cannot be used: \(error)")
        }
        let candidates = [Self.resumePath(job), job.resume].compactMap(\.self).compactMap {
            ResumeCheckpoint(network, stage: job.key, path: $0)
        }
        if let resume = candidates.max(by: { $0.record.position.completed < $1.record.position.completed }) {
            model = resume.model
            record = resume.record
            lossSum = resume.lossSum
            origin = resume.origin
            step = try TrainingStep(model, stage.training)
            do {
                try goOn(from: resume)
            } catch {
                // Whatever is wrong with the file, the next attempt starts without it.
                try? FileManager.default.removeItem(atPath: Self.resumePath(job))
                throw error
            }
        } else {
            let start = try Self.start(job, network)
            model = start.model
            record = ResumeCheckpoint.Record(
                position: Position(round: schedule.rounds[0].index), earlierEpochs: start.epochs)
            lossSum = try Tensor.zeros([], dtype: .float64)
            step = try TrainingStep(model, stage.training)
            if stage.pruning?.retrain.mode == .weightRewinding {
                guard model.network == network else {
                    throw EngineError(
                        .invalidStage,
                        "weight rewinding cannot go on from a network that is smaller already; use another retrain.mode "
                            + "in a cascade")
                }
                origin = try network.initialParameters(seed: stage.seed)
            }
            try prepareMethod()
        }
    }

    /// A stage's key stands for one arithmetic; what another comes to must not be stored under it.
    private static func refuseOtherArithmetic(_ stage: Stage) throws {
        let asked = (generation: stage.generation, revision: stage.pruning?.revision ?? 1)
        var own = (generation: Stage.currentGeneration, revision: asked.revision)
        // A method this engine does not know is refused by name.
        if let entry = stage.pruning.flatMap({ MethodCatalogue[$0.method] }) { own.revision = entry.revision ?? 1 }
        guard asked != own else { return }
        throw EngineError(
            .invalidStage,
            "the stage was planned by another release: generation \(asked.generation) and method revision "
                + "\(asked.revision), where this engine has \(own.generation) and \(own.revision); use the same release on "
                + "the head node and the workers")
    }

    private static func start(_ job: Job, _ network: Network) throws -> (model: Model, epochs: Int) {
        guard job.stage.kind == .prune, job.stage.pruning?.start != .initialisation else {
            return (try Model(network: network, parameters: network.initialParameters(seed: job.stage.seed)), 0)
        }
        guard let path = job.checkpoint else {
            throw EngineError(
                .artifact,
                "a prune stage starts from the dense network's checkpoint, and none was given; pass it as input")
        }
        return try Checkpoint.read(network, from: path)
    }

    /// Builds the method and the optimiser up to where they were.
    private func goOn(from resume: ResumeCheckpoint) throws {
        let round = schedule.rounds.first { $0.index == record.position.round }
        let isInRound = record.position.epoch > 0 || record.position.step > 0
        if let trainer = method?.trainer, let saved = resume.methodState {
            _ = try withNoGrad { try trainer.begin(context(round: round)) }
            try trainer.load(saved)
            if isInRound, round?.isUnderMethod == true {
                step = try TrainingStep(model, job.stage.training, under: trainer)
            }
        } else if isInRound, round?.isUnderMethod == true, let trainer = method?.trainer {
            // A trainer without a state of its own.
            _ = try withNoGrad { try trainer.begin(context(round: round)) }
            step = try TrainingStep(model, job.stage.training, under: trainer)
        }
        if isInRound { try step.optimizer.load(resume.optimizerState) }
    }

    private static func resumePath(_ job: Job) -> String { job.workDirectory + "/resume.safetensors" }

    // MARK: - The course of a stage

    /// Runs a stage to its end.
    package static func outcome(of job: Job) throws -> Outcome {
        do {
            let runner = try StageRunner(job, datasets: DatasetCache(), report: { _ in }, stopIsWanted: { false })
            guard case .finished(let outcome, _) = try runner.run() else {
                throw EngineError(.crash, "the stage stopped although nobody asked it to; report this as a bug")
            }
            return outcome
        } catch {
            throw EngineError(error)
        }
    }

    /// Trains and prunes from wherever the stage stands until it is finished or told to stop. Call it once.
    package func run() throws -> Result {
        if try !model.isFinite { status = (.diverged, "the network it starts from has non-finite weights") }
        for round in schedule.rounds where round.index >= record.position.round && status.0 == .ok {
            if record.position.epoch == 0, record.position.step == 0 {
                if job.stage.pruning != nil, stopIsWanted() { return try stop() }
                try begin(round)
            }
            while status.0 == .ok, record.position.round == round.index {
                guard record.position.epoch < round.epochs else {
                    record.position = Position(round: round.index + 1, completed: record.position.completed)
                    break
                }
                guard try trainEpoch(round) else { return try stop() }
            }
        }
        try finishMethod()
        tell("evaluating", loss: 0)
        if job.stage.kind == .train, status.0 == .ok { try measurePrunability() }
        var outcome = try Measurement(model, dataset, split, record).outcome
        let path = job.workDirectory + "/checkpoint.safetensors"
        try Checkpoint.write(
            model, epochs: record.earlierEpochs + record.curve.count, stage: job.key, to: path)
        let checkpoint = try ArtifactReference(role: "checkpoint", path: path)
        outcome.artifacts = [checkpoint]
        outcome.measures[Measure.storedBytes.rawValue] = Double(checkpoint.size)
        (outcome.status, outcome.note) = status
        outcome.environment = Machine.description
        countSeconds()
        outcome.seconds = record.seconds
        return .finished(outcome, checkpoint: path)
    }

    /// Trains to the end of the current epoch; false when it was stopped before.
    private func trainEpoch(_ round: Round) throws -> Bool {
        let batchSize = job.stage.training.batchSize
        let epoch = record.position.epoch
        let order = try Tensor(split.order(round: round.index, epoch: epoch))
        let steps = schedule.steps(of: round)
        let draws = job.stage.dataset.augmentation.map {
            AugmentationDraws($0, seed: job.stage.seed, round: round.index, epoch: epoch)
        }
        while record.position.step < schedule.stepsPerEpoch {
            let start = record.position.step * batchSize
            let isLast = record.position.step == schedule.stepsPerEpoch - 1
            let count = isLast ? order.count - start : batchSize
            let (inputs, labels) = try dataset.training.batch(
                order.narrow(dimension: 0, start: start, length: count), augmenting: draws)
            let loss = try step(
                inputs: inputs, labels: labels,
                learningRate: schedule.rate(of: round, epoch: epoch, step: record.position.step),
                step: epoch * schedule.stepsPerEpoch + record.position.step, of: steps)
            try lossSum.addInPlace(loss * Double(count))
            record.position.step += 1
            record.position.completed += 1
            record.trainingOperations += 6 * Double(model.network.macs * count)
            if pace.isDue { tell(round.phase, loss: try loss.item()) }
            // After a step, never before one: a round that has pruned has a step behind it wherever it goes on.
            if stopIsWanted() { return false }
        }
        try finishEpoch(round)
        return true
    }

    private func finishEpoch(_ round: Round) throws {
        let position = record.position
        let trainingLoss = try lossSum.item() / Double(max(split.training.count, 1))
        let values = try withNoGrad { try step.method?.effective(model.parameters) }
        let validation = try Evaluation(
            of: model, on: dataset.training, at: split.validation, values: values)
        guard trainingLoss.isFinite, validation.loss.isFinite else {
            status = (
                .diverged, "the loss became non-finite in epoch \(record.curve.count + 1); lower the learning rate"
            )
            return
        }
        record.curve.append(
            Outcome.EpochRecord(
                phase: round.phase, epoch: record.curve.count + 1,
                learningRate: schedule.rate(of: round, epoch: position.epoch, step: schedule.stepsPerEpoch - 1),
                trainingLoss: trainingLoss, validationLoss: validation.loss, validationAccuracy: validation.accuracy))
        try lossSum.fill(0)
        record.position.epoch += 1
        record.position.step = 0
        if record.position.epoch == round.epochs {
            record.position = Position(round: round.index + 1, completed: position.completed)
        }
        try saveResume()
    }

    // MARK: - Stopping, progress

    private func countSeconds() {
        let now = ContinuousClock.now
        record.seconds += lap.duration(to: now) / .seconds(1)
        lap = now
    }

    private func saveResume() throws {
        countSeconds()
        try ResumeCheckpoint.write(
            model, optimizer: step.optimizer, method: method?.trainer, origin: origin, lossSum: lossSum, record: record,
            stage: job.key, to: Self.resumePath(job))
    }

    private func stop() throws -> Result {
        guard record.position.completed > 0 else { return .stopped(resume: nil, step: 0) }
        try saveResume()
        let path = Self.resumePath(job)
        return .stopped(
            resume: (try ArtifactReference(role: "resume", path: path), path), step: record.position.completed)
    }

    func tell(_ phase: String, loss: Double) {
        report(
            StageProgress(
                step: record.position.completed, totalSteps: schedule.totalSteps, phase: phase,
                loss: loss.isFinite ? loss : 0, accuracy: record.curve.last?.validationAccuracy ?? 0))
    }
}

extension Network.Node {
    /// Whether it is a batch normalisation of channels of a single pixel.
    fileprivate var normalisesOneValueAnImage: Bool {
        if case .batchNorm = layer { outputShape.dropFirst().allSatisfy { $0 == 1 } } else { false }
    }
}

/// Lets something happen a few times a second at most.
private struct Pace {
    private let clock = ContinuousClock()
    private var last: ContinuousClock.Instant?

    mutating func due() -> Bool {
        let now = clock.now
        if let last, last.duration(to: now) < .milliseconds(250) { return false }
        last = now
        return true
    }

    var isDue: Bool { mutating get { due() } }
}
