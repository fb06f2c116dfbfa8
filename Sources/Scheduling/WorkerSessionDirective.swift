package import Sweep

/// What the worker's shell must do, in the order given.
package enum WorkerDirective: Hashable, Sendable {
    /// Open a fresh control socket, closing the one before. Answered by ``WorkerEvent/connected``.
    case connect
    /// Close the control socket.
    case disconnect
    case send(WorkerMessage)

    /// Bring an artifact into the cache. Answered by `fetched` or `transferFailed`, at once when it is there already.
    case fetch(ArtifactReference)
    /// Offer an artifact of the cache to the coordinator. Answered by `uploaded` or `transferFailed`.
    case upload(ArtifactReference)

    /// Run the stage in this slot's engine; the inputs are in the cache.
    case startEngine(slot: Int, Assignment)
    /// Ask the engine to checkpoint and stop. Answered by `stopped`, `finished` or `failed`.
    case stopEngine(slot: Int)
    /// The engine did not stop in time: end the process. Answered by `failed`.
    case killEngine(slot: Int)

    /// Write the result to disk, whole. Answered by `spooled` or `spoolFailed`.
    case spool(SpooledResult)
    /// The result is durable elsewhere: remove its file.
    case forget(LeaseID)
    /// Nobody needs this stage's working files any more.
    case discardWork(StageKey)

    /// End the process with this exit code; the sentence is for the user.
    case exit(code: Int32, String)
}

/// What a worker says to the coordinator.
package enum WorkerMessage: Hashable, Sendable {
    /// `remaining`: until the machine is taken away; nil when not known.
    case hello(running: [LeaseStatus], remaining: Duration?)
    case heartbeat(credit: Int, running: [LeaseStatus], draining: Bool)
    case result(SpooledResult)
    case failure(LeaseID, Failure)
    case release(LeaseID, resume: ArtifactReference?, step: UInt64)
    case bye(reason: String)
}

/// A finished stage on its way to the coordinator: what the spool holds.
package struct SpooledResult: Hashable, Sendable {
    package var lease: LeaseID
    package var outcome: Outcome
    package init(lease: LeaseID, outcome: Outcome) {
        self.lease = lease
        self.outcome = outcome
    }
}
