package import Sweep

/// One durable change, applied by the store in the order given.
package enum Record: Hashable, Sendable {
    /// The coordinator started: every lease and acknowledgement from here on belongs to this epoch.
    case coordinatorEpoch(UInt64)
    /// The sweep with its tasks, and the stages not known before; a sweep known before runs again. Earlier failures of its
    /// stages no longer count, and those given up on are open again.
    case submitted(SweepID, Plan)
    /// Raised with every lease, in the same transaction that precedes the lease's sending.
    case leased(LeaseID, worker: String)
    /// The one accepted result of a stage.
    case result(LeaseID, Outcome, worker: String)
    /// The stage runs again from nothing, after this lease. A result it has is a replica once the next one is there.
    case reopened(LeaseID)
    /// A result that came too late: the stage has another one, or is open again. Kept beside for the audit, never merged.
    case replica(LeaseID, Outcome, worker: String)
    case failed(LeaseID, Failure, worker: String)
    /// The stage is given up on, with the evidence of its last failure.
    case quarantined(StageKey, Failure)
    /// A checkpoint to continue an unfinished stage from; nil: the one there was is of no use.
    case resume(StageKey, ArtifactReference?)
    case sweepState(SweepID, SweepState)
}

/// Where a sweep stands; it follows from its stages, unless it was cancelled.
package enum SweepState: String, Hashable, Sendable, Codable {
    case running
    /// Every task has a measured point.
    case finished
    /// Nothing is left to run, but some stages were given up on.
    case failed
    case cancelled
}

/// What the store remembers, handed to a starting coordinator.
package struct Durable: Sendable {
    /// A stage as its records leave it.
    package struct StageState: Sendable {
        package var node: Plan.Node
        package var parents: [StageKey] { node.stage.parents }
        /// The highest epoch ever leased; 0 when never.
        package var epoch: UInt64
        /// Who held the last lease, while the stage has neither outcome nor quarantine.
        package var lastWorker: String?
        /// Since the last submission that asked for the stage.
        package var failures: [Failure]
        /// Nil, too, while the stage is open again.
        package var outcome: Outcome?
        /// The epoch after which it was opened again, until it has its next result.
        package var reopened: UInt64?
        package var quarantined: Failure?
        package var resume: ArtifactReference?
        /// The epoch of the lease whose result was accepted; nil when there is none or it is not known.
        package var resultEpoch: UInt64?
        package init(
            node: Plan.Node, epoch: UInt64 = 0, lastWorker: String? = nil, failures: [Failure] = [],
            outcome: Outcome? = nil, quarantined: Failure? = nil, resume: ArtifactReference? = nil,
            resultEpoch: UInt64? = nil, reopened: UInt64? = nil
        ) {
            self.node = node
            self.epoch = epoch
            self.lastWorker = lastWorker
            self.failures = failures
            self.outcome = outcome
            self.quarantined = quarantined
            self.resume = resume
            self.resultEpoch = resultEpoch
            self.reopened = reopened
        }
    }
    /// A sweep as it was submitted, and its state.
    package struct SweepRecord: Sendable {
        package var id: SweepID
        package var plan: Plan
        package var state: SweepState
        package init(id: SweepID, plan: Plan, state: SweepState) {
            self.id = id
            self.plan = plan
            self.state = state
        }
    }
    /// Of the coordinator that stopped; 0 for a new state directory.
    package var coordinatorEpoch: UInt64
    /// In order of submission.
    package var sweeps: [SweepRecord]
    package var stages: [StageKey: StageState]
    package init(
        coordinatorEpoch: UInt64 = 0, sweeps: [SweepRecord] = [], stages: [StageKey: StageState] = [:]
    ) {
        self.coordinatorEpoch = coordinatorEpoch
        self.sweeps = sweeps
        self.stages = stages
    }
}
