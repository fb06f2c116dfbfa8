package import Sweep

/// Everything that can happen to a worker, decoded by its shell.
package enum WorkerEvent: Hashable, Sendable {
    /// A wake-up that was asked for, or any other chance to look at the clock. The first one opens the connection.
    case tick
    /// The control socket's handshake succeeded.
    case connected
    /// The control connection ended, or its handshake failed in a way that may heal.
    case disconnected
    case received(CoordinatorMessage)

    /// An input artifact is in the cache, verified.
    case fetched(sha256: String)
    /// The coordinator has the artifact, verified and durable.
    case uploaded(sha256: String)
    /// A transfer was given up on. `isLost`: the file to upload is gone or damaged, and no repetition will help.
    case transferFailed(sha256: String, message: String, isLost: Bool = false)

    case progress(StageKey, Progress)
    /// The engine finished a stage; its artifacts are in the cache under their hashes.
    case finished(StageKey, Outcome)
    /// The engine refused the stage, or died of it.
    case failed(StageKey, Failure)
    /// The engine ended a stage early with a checkpoint in the cache; nil when there was nothing worth keeping.
    case stopped(StageKey, resume: ArtifactReference?, step: UInt64)

    /// The result lies whole on the disk.
    case spooled(LeaseID)
    case spoolFailed(LeaseID, message: String)

    /// Hand everything back and leave; a second time: leave at once.
    case drain(reason: String)
}

/// What the coordinator says to a worker.
package enum CoordinatorMessage: Hashable, Sendable {
    case helloOK(heartbeat: Duration, dropped: [LeaseID])
    /// `retry`: the reason may pass (an older session of this worker is still alive). Otherwise the worker must leave.
    case refused(retry: Bool, sentence: String)
    case lease(Assignment)
    case heartbeatAck
    case resultAck(LeaseID, Verdict)
    case revoke(LeaseID, reason: String)
    case helloAgain
}

/// A lease as the worker receives it.
package struct Assignment: Hashable, Sendable {
    package var lease: LeaseID
    /// The canonical JSON of the stage, unparsed: the shell checks it against the key when the engine starts.
    package var stage: String
    package var inputs: [ArtifactReference]
    /// The engine's command line; empty for the worker's own.
    package var engine: [String]
    package var label: String
    /// What an earlier attempt has left in the work directory is thrown away first.
    package var isAnew: Bool

    package init(
        lease: LeaseID, stage: String, inputs: [ArtifactReference] = [], engine: [String] = [], label: String = "",
        isAnew: Bool = false
    ) {
        self.lease = lease
        self.stage = stage
        self.inputs = inputs
        self.engine = engine
        self.label = label
        self.isAnew = isAnew
    }
}
