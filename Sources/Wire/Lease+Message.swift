package import Scheduling
package import Sweep

// Leases, progress, failures and results as messages, and back; both ends of a connection read them here.

extension LeaseID {
    package init(stageKey: String, epoch: UInt64) throws(Malformed) {
        guard let stage = StageKey(hex: stageKey) else {
            throw Malformed(reason: "stage_key is not 64 hexadecimal digits")
        }
        guard Int64(exactly: epoch) != nil else { throw Malformed(reason: "epoch \(epoch) is out of range") }
        self.init(stage: stage, epoch: epoch)
    }
}

extension Progress {
    /// A diverging loss is no fault of a message; it counts as not known.
    package init(_ progress: WireProgress) throws(Malformed) {
        try Check.name(progress.phase, "the phase", 0...Check.nameBytes)
        try Check.count(progress.step, "the step")
        try Check.count(progress.totalSteps, "the number of steps")
        self.init(
            step: progress.step, totalSteps: progress.totalSteps, phase: progress.phase,
            loss: progress.loss.isFinite ? progress.loss : 0,
            accuracy: (0...1).contains(progress.accuracy) ? progress.accuracy : 0)
    }
}

extension WireProgress {
    package init(_ progress: Progress) {
        self.init()
        step = progress.step
        totalSteps = progress.totalSteps
        phase = progress.phase
        loss = progress.loss
        accuracy = progress.accuracy
    }
}

extension LeaseStatus {
    package init(_ status: WireLeaseStatus) throws(Malformed) {
        self.init(
            lease: try LeaseID(stageKey: status.stageKey, epoch: status.epoch), progress: try Progress(status.progress))
    }
}

extension WireLeaseStatus {
    package init(_ status: LeaseStatus) {
        self.init()
        stageKey = status.lease.stage.hex
        epoch = status.lease.epoch
        progress = WireProgress(status.progress)
    }
}

extension SpooledResult {
    package init(_ result: WireStageResult) throws(Malformed) {
        self.init(
            lease: try LeaseID(stageKey: result.stageKey, epoch: result.epoch), outcome: try Outcome(result.outcome))
    }
}

extension WireStageResult {
    package init(_ result: SpooledResult) {
        self.init()
        stageKey = result.lease.stage.hex
        epoch = result.lease.epoch
        outcome = WireOutcome(result.outcome)
    }
}

// MARK: - Failures

extension Failure {
    /// Bytes of the evidence.
    private static let evidence = 64 << 10

    /// With texts that can be shown: of bounded length, without control characters.
    package init(cause: Cause, untrusted message: String, evidence: String = "") {
        let message = Check.plain(message)
        self.init(
            cause: cause, message: message.isEmpty ? "no reason was given" : message,
            evidence: Check.plain(
                String(decoding: evidence.utf8.suffix(Self.evidence), as: UTF8.self), .max, keepsLines: true))
    }

    package init(_ failure: WireStageFailure) throws(Malformed) {
        guard let cause = Cause(failure.cause) else { throw Malformed(reason: "the failure has no known cause") }
        self.init(cause: cause, untrusted: failure.message, evidence: failure.evidence)
    }
}

extension Failure.Cause {
    /// nil where the message names none.
    package init?(_ cause: WireFailureCause) {
        switch cause {
        case .engineCrash: self = .engineCrash
        case .outOfMemory: self = .outOfMemory
        case .invalidStage: self = .invalidStage
        case .timeLimit: self = .timeLimit
        case .artifact: self = .artifact
        case .storage: self = .storage
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }
}

extension WireFailureCause {
    package init(_ cause: Failure.Cause) {
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

// MARK: - Descriptions

extension WireDescription {
    /// What an engine says about itself travels in its worker's hello, which has limits.
    package func check() throws(Malformed) {
        try Check.names(methods, "methods")
        try Check.names(networks, "networks")
        try Check.names(datasets, "datasets")
    }
}

extension Check {
    /// A list of names.
    package static func names(_ values: [String], _ field: String) throws(Malformed) {
        try length(values.count, field)
        for value in values { try name(value, "one of the \(field)") }
    }
}
