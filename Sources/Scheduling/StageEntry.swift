package import Sweep

/// What the coordinator keeps of an accepted result; the whole outcome is in the store.
package struct FinishedStage: Hashable, Sendable {
    package var status: Outcome.Status
    package var note: String
    package var artifacts: [ArtifactReference]
    /// Wall seconds of the engine.
    package var seconds: Double
    /// The worker it came from; empty when it came from the store.
    package var worker: String
    /// The lease's epoch; nil when not known.
    package var epoch: UInt64?

    /// A network that lost a layer, or is not as sparse as it was asked to be, is still one that the next level of a
    /// cascade can go on from: what becomes of it is what the method led to.
    var canBeStartedFrom: Bool {
        switch status {
        case .ok: true
        case .collapsed, .infeasible: artifacts.contains { $0.role == "checkpoint" }
        case .diverged: false
        }
    }

    init(_ outcome: Outcome, worker: String = "", epoch: UInt64? = nil) {
        status = outcome.status
        note = outcome.note
        artifacts = outcome.artifacts
        seconds = outcome.seconds
        self.worker = worker
        self.epoch = epoch
    }
}

/// A stage as the coordinator sees it. Stages, classes and sweeps are known by their index within the coordinator.
struct StageEntry: Hashable, Sendable {
    let key: StageKey
    let label: String
    /// Index into the stage classes.
    let stageClass: Int
    let parents: [Int]
    var children: [Int] = []
    /// Stages on the longest path below: what the critical path is measured by.
    var height = 0
    /// Of the sweeps that are not over, the one that puts it first.
    var rank: Rank
    /// Every sweep that contains it, in order of submission.
    var memberships: [Membership] = []
    var phase: Phase = .unwanted
    /// The highest ever leased; 0 when never.
    var epoch: UInt64 = 0
    /// Who may take up the lease `epoch` again as long as nobody else holds the stage.
    var lastWorker: String?
    /// Failures by cause since the last submission that asked for the stage.
    var failures: [Failure.Cause: Int] = [:]
    var resume: ArtifactReference?
    /// Where it had a result and is open again: the highest epoch given before, whose results come too late.
    var reopened: UInt64?
    /// Epochs of results that came second.
    var replicas: [UInt64] = []
    /// The worker it last failed on, and until when others come first.
    var avoided: Avoidance?

    /// Its place in a sweep.
    struct Membership: Hashable, Sendable {
        var sweep: Int
        /// Tasks of that sweep that end with this stage.
        var tasks: Int
    }

    struct Avoidance: Hashable, Sendable {
        var worker: String
        var until: Instant
    }

    enum Phase: Hashable, Sendable {
        /// For a parent.
        case waiting
        case ready
        case leased(Lease)
        /// Leased by the coordinator before; its worker has until then to come back.
        case orphaned(until: Instant)
        case done(FinishedStage)
        /// Given up on, or nothing to start from.
        case failed(Failure)
        /// Every sweep that contains it was cancelled or has finished.
        case unwanted
    }

    var lease: Lease? { if case .leased(let lease) = phase { lease } else { nil } }
    var finished: FinishedStage? { if case .done(let finished) = phase { finished } else { nil } }
    var failure: Failure? { if case .failed(let failure) = phase { failure } else { nil } }
}

/// A worker's right to run a stage.
struct Lease: Hashable, Sendable {
    var worker: String
    var epoch: UInt64
    var granted: Instant
    /// When it was last sent, or listed by a heartbeat.
    var confirmed: Instant
    /// When its progress last changed.
    var advanced: Instant
    var deadline: Instant
    /// Whether a heartbeat ever listed it: work that never began is nobody's fault.
    var isStarted = false
    var progress = Progress()
}

/// The order of leasing: critical path, then the user's priority, then submission, then the sweep file's order.
struct Rank: Hashable, Comparable, Sendable {
    var height: Int
    var priority: Int
    var sweep: Int
    var task: Int

    /// Smaller is sooner.
    static func < (a: Rank, b: Rank) -> Bool {
        if a.height != b.height { return a.height > b.height }
        if a.priority != b.priority { return a.priority > b.priority }
        if a.sweep != b.sweep { return a.sweep < b.sweep }
        return a.task < b.task
    }

    /// Whether only the sweep file's order tells them apart.
    func isPeer(of other: Rank) -> Bool {
        height == other.height && priority == other.priority && sweep == other.sweep
    }
}

/// Stages that the same workers can run and that take about the same time.
struct StageClass: Hashable, Sendable {
    var kind: Stage.Kind
    /// Empty for a dense network.
    var method: String
    var network: String
    var dataset: String
    /// The stage describes its data set itself: which ones a worker's engine knows does not matter.
    var describesDataset: Bool
    /// Whether the data set's files lie in the worker's data directory.
    var needsFiles: Bool
    /// The sweep brings its own engine: what a worker says of the standard one does not matter.
    var hasOwnEngine: Bool

    init(_ stage: Stage, hasOwnEngine: Bool) {
        kind = stage.kind
        method = stage.pruning?.method ?? ""
        network = stage.network
        dataset = stage.dataset.name
        describesDataset = stage.dataset.description != nil
        needsFiles = !hasOwnEngine && stage.dataset.folder != nil
        self.hasOwnEngine = hasOwnEngine
    }
}
