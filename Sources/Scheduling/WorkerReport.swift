package import Sweep

// What workers say, after the shell has decoded and checked it. Values only: no routing, no bytes.

/// The connection a message came by: the routing id the ROUTER socket gave it. New after every reconnect.
package struct Peer: Hashable, Sendable {
    package var routingID: [UInt8]
    package init(routingID: [UInt8]) { self.routingID = routingID }
}

/// A stage and the fencing number of a lease on it.
package struct LeaseID: Hashable, Sendable {
    package var stage: StageKey
    package var epoch: UInt64
    package init(stage: StageKey, epoch: UInt64) {
        self.stage = stage
        self.epoch = epoch
    }
}

/// How far a stage is, as its engine says; units as in the message of that name.
package struct Progress: Hashable, Sendable {
    package var step: UInt64
    package var totalSteps: UInt64
    package var phase: String
    package var loss: Double
    package var accuracy: Double
    package init(step: UInt64 = 0, totalSteps: UInt64 = 0, phase: String = "", loss: Double = 0, accuracy: Double = 0) {
        self.step = step
        self.totalSteps = totalSteps
        self.phase = phase
        self.loss = loss
        self.accuracy = accuracy
    }

    /// Whether the engine has done nothing between the two. Its figures are not compared: NaN is never equal to itself.
    func isAsFar(as other: Progress) -> Bool {
        step == other.step && totalSteps == other.totalSteps && phase == other.phase
    }
}

/// A lease a worker holds, and how far it is with it.
package struct LeaseStatus: Hashable, Sendable {
    package var lease: LeaseID
    package var progress: Progress
    package init(lease: LeaseID, progress: Progress = Progress()) {
        self.lease = lease
        self.progress = progress
    }
}

/// What a worker is and can do, from its hello. `name` is the authenticated name of its key.
package struct WorkerDescription: Hashable, Sendable {
    package var name: String
    package var session: String
    package var host: String
    package var slots: Int
    package var devices: [String]
    /// What its engine knows; empty sets mean "anything" (an engine of the user's own).
    package var methods: Set<String>
    package var networks: Set<String>
    package var datasets: Set<String>
    /// Whether it can run stages whose data set's files lie in a data directory.
    package var hasData: Bool
    /// Until the machine is taken away; nil when not known.
    package var remaining: Duration?
    package init(
        name: String, session: String, host: String = "", slots: Int, devices: [String] = [], methods: Set<String> = [],
        networks: Set<String> = [], datasets: Set<String> = [], hasData: Bool = true, remaining: Duration? = nil
    ) {
        self.name = name
        self.session = session
        self.host = host
        self.slots = slots
        self.devices = devices
        self.methods = methods
        self.networks = networks
        self.datasets = datasets
        self.hasData = hasData
        self.remaining = remaining
    }
}

/// A stage that did not finish: the cause, a sentence for the user, and the last lines of stderr as evidence.
package struct Failure: Hashable, Sendable, Codable {
    /// Why a stage did not finish; each cause has its own retry rule.
    package enum Cause: String, Sendable, Codable, CaseIterable {
        case engineCrash = "engine-crash"
        case outOfMemory = "out-of-memory"
        case invalidStage = "invalid-stage"
        case timeLimit = "time-limit"
        case artifact
        case storage
        /// The coordinator's own finding: no heartbeat until the lease ran out, or a new session of the worker.
        case lostWorker = "lost-worker"
        /// The coordinator's own finding: a stage this one starts from has no usable network. Never sent by workers.
        case parent
    }
    package var cause: Cause
    package var message: String
    package var evidence: String
    package init(cause: Cause, message: String, evidence: String = "") {
        self.cause = cause
        self.message = message
        self.evidence = evidence
    }
}
