import Scheduling
import Sweep

/// A session with a clock of its own and everything it ever said.
struct SessionHarness {
    var session: WorkerSession
    var now = Instant(nanoseconds: 0)
    var said: [WorkerDirective] = []

    init(
        slots: Int = 2, deadline: Instant? = nil, spooled: [SpooledResult] = [],
        settings: WorkerSession.Settings = WorkerSession.Settings()
    ) {
        session = WorkerSession(slots: slots, deadline: deadline, spooled: spooled, settings: settings)
    }

    /// Gives the session one event and returns what it wants done.
    @discardableResult
    mutating func hear(_ event: WorkerEvent, jitter: Double = 0) -> [WorkerDirective] {
        let directives = session.handle(event, at: now, jitter: jitter)
        said += directives
        return directives
    }

    @discardableResult
    mutating func receive(_ message: CoordinatorMessage) -> [WorkerDirective] { hear(.received(message)) }

    @discardableResult
    mutating func wait(_ duration: Duration) -> [WorkerDirective] {
        now = now + duration
        return hear(.tick)
    }

    /// Connects and is welcomed.
    mutating func establish(heartbeat: Duration = .seconds(5), dropped: [LeaseID] = []) {
        if !said.contains(.connect) { hear(.tick) }
        hear(.connected)
        receive(.helloOK(heartbeat: heartbeat, dropped: dropped))
    }

    /// Takes a lease without inputs, up to the running engine.
    @discardableResult
    mutating func lease(_ name: String, epoch: UInt64 = 1) -> LeaseID {
        let assignment = Assignment(lease: LeaseID(stage: key(name), epoch: epoch), stage: name)
        receive(.lease(assignment))
        return assignment.lease
    }

    /// Finishes a stage and reports it as spooled.
    mutating func finish(_ lease: LeaseID, outcome: Outcome = Outcome()) {
        hear(.finished(lease.stage, outcome))
        hear(.spooled(lease))
    }
}

func key(_ name: String) -> StageKey { StageKey(hashing: name) }

func artifact(_ name: String, role: String = "checkpoint") -> ArtifactReference {
    ArtifactReference(role: role, sha256: key(name).hex, size: 1)
}

extension [WorkerDirective] {
    var messages: [WorkerMessage] {
        compactMap { if case .send(let message) = $0 { message } else { nil } }
    }

    var results: [LeaseID] {
        messages.compactMap { if case .result(let result) = $0 { result.lease } else { nil } }
    }

    var failures: [Failure] {
        messages.compactMap { if case .failure(_, let failure) = $0 { failure } else { nil } }
    }

    /// The credit of the last heartbeat.
    var credit: Int? {
        messages.compactMap { if case .heartbeat(let credit, _, _) = $0 { credit } else { nil } }.last
    }

    var exitCode: Int32? {
        compactMap { if case .exit(let code, _) = $0 { code } else { nil } }.first
    }
}
