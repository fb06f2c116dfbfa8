internal import Artifacts
internal import Scheduling
internal import Sweep
internal import Wire

// Between the wire's messages and the session's values. What comes from outside is checked here: the initialisers that
// read fail (nil) on anything the values cannot hold.

extension LeaseID {
    init?(stageKey: String, epoch: UInt64) {
        guard let stage = StageKey(hex: stageKey) else { return nil }
        self.init(stage: stage, epoch: epoch)
    }
}

extension ArtifactReference {
    init?(_ artifact: WireArtifact) {
        guard ArtifactDigest(hex: artifact.sha256) != nil, !artifact.role.isEmpty else { return nil }
        self.init(role: artifact.role, sha256: artifact.sha256, size: artifact.size)
    }
}

extension Progress {
    init(_ progress: WireProgress) {
        self.init(
            step: progress.step, totalSteps: progress.totalSteps, phase: progress.phase, loss: progress.loss,
            accuracy: progress.accuracy)
    }
}

extension WireLeaseStatus {
    init(_ status: LeaseStatus) {
        self.init()
        stageKey = status.lease.stage.hex
        epoch = status.lease.epoch
        progress.step = status.progress.step
        progress.totalSteps = status.progress.totalSteps
        progress.phase = status.progress.phase
        progress.loss = status.progress.loss
        progress.accuracy = status.progress.accuracy
    }
}

// MARK: - Outcomes

extension Outcome {
    /// Without its artifacts, whose paths mean something only to whoever holds the files.
    init?(measured outcome: WireOutcome) {
        guard let status = Status(rawValue: outcome.status) else { return nil }
        self.init(
            status: status, note: outcome.note, measures: outcome.measures,
            layers: outcome.layers.map { Layer(parameter: $0.parameter, total: $0.total, nonzero: $0.nonzero) },
            epochs: outcome.epochs.map {
                EpochRecord(
                    phase: $0.phase, epoch: Int($0.epoch), learningRate: $0.learningRate, trainingLoss: $0.trainingLoss,
                    validationLoss: $0.validationLoss, validationAccuracy: $0.validationAccuracy)
            }, seconds: outcome.seconds, environment: outcome.environment)
    }
}

extension WireStageResult {
    init(_ result: SpooledResult) {
        self.init()
        stageKey = result.lease.stage.hex
        epoch = result.lease.epoch
        outcome = WireOutcome(result.outcome)
    }
}

extension SpooledResult {
    init?(_ result: WireStageResult) {
        guard let lease = LeaseID(stageKey: result.stageKey, epoch: result.epoch),
            var outcome = Outcome(measured: result.outcome)
        else { return nil }
        outcome.artifacts = result.outcome.artifacts.compactMap { ArtifactReference($0) }
        guard outcome.artifacts.count == result.outcome.artifacts.count else { return nil }
        self.init(lease: lease, outcome: outcome)
    }
}

// MARK: - Failures

extension Failure.Cause {
    /// An engine says nothing more precise than this about itself.
    init(_ cause: WireFailureCause) {
        self =
            switch cause {
            case .outOfMemory: .outOfMemory
            case .invalidStage: .invalidStage
            case .timeLimit: .timeLimit
            case .artifact: .artifact
            case .storage: .storage
            case .engineCrash, .unspecified, .UNRECOGNIZED: .engineCrash
            }
    }
}

extension WireFailureCause {
    init(_ cause: Failure.Cause) {
        self =
            switch cause {
            case .engineCrash: .engineCrash
            case .outOfMemory: .outOfMemory
            case .invalidStage: .invalidStage
            case .timeLimit: .timeLimit
            case .artifact: .artifact
            case .storage: .storage
            // The coordinator's own findings; no worker reports them.
            case .lostWorker, .parent: .unspecified
            }
    }
}
