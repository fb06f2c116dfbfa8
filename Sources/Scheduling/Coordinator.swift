internal import HeapModule
internal import Sweep

/// The coordinator's decisions, as a value: an event in, directives out.
///
/// It has no clock, no randomness and no input or output, and iterates in a fixed order: equal events at equal times
/// give equal directives. The shell makes every ``Directive/persist(_:)`` of a batch durable before it sends anything of
/// the batch; whatever is lost after that is repeated by the protocol.
///
/// What holds, whatever messages and processes are lost:
/// - A stage has at most one accepted result, and is not leased again once it has one, unless it is opened again.
/// - A stage has at most one open lease, and every lease has a higher epoch than the one before.
/// - A result is acknowledged only in a batch that makes it durable, or after one that did.
/// - A result that arrives without its artifacts is answered with silence: the worker offers the artifacts again and
///   repeats the result, as it does whenever no acknowledgement comes.
///
/// An event costs O(log n) in stages and workers; submitting and cancelling also cost the size of the sweep.
package struct Coordinator: Sendable {
    package let settings: Settings
    /// Raised at every start; 0 before ``CoordinatorEvent/restored(_:)``.
    package internal(set) var epoch: UInt64 = 0

    var stages: [StageEntry] = []
    var stageIndex: [StageKey: Int] = [:]
    var failedStages: Set<Int> = []
    var sweeps: [SweepEntry] = []
    var sweepIndex: [SweepID: Int] = [:]
    var runningSweeps = 0
    /// Sweeps whose counts changed during this event.
    var touchedSweeps: Set<Int> = []

    var workers: [String: WorkerEntry] = [:]
    var peers: [Peer: String] = [:]
    /// The latest to leave, most recent last; a name that is connected again is not among them.
    var departed: [WorkerStatus] = []

    var classes: [StageClass] = []
    var classIndex: [StageClass: Int] = [:]
    var durations: [RecentMedian] = []
    var capabilities: [Capability] = []
    var capabilityIndex: [Capability: Int] = [:]
    /// By capability, then by class: whether the one covers the other.
    var covers: [[Bool]] = []

    var ready = ReadyQueue()
    var idle = IdleQueue()
    var deadlines = Heap<Deadline>()
    var silences = Heap<Silence>()
    var announcedWake: Instant?
    var outbox: [Directive] = []

    package init(settings: Settings) { self.settings = settings }

    /// Takes one event and says what to do about it.
    ///
    /// `restored` comes first, once. `now` never goes back.
    package mutating func handle(_ event: CoordinatorEvent, at now: Instant) -> [Directive] {
        noticeSilence(at: now)
        expireLeases(at: now)
        switch event {
        case .restored(let durable): restore(durable, at: now)
        case .submitted(let id, let plan, let cached, let isFresh): submit(id, plan, cached: cached, isFresh: isFresh)
        case .cancelled(let id): cancel(id)
        case .hello(let description, let running, let peer): hello(description, running: running, from: peer, at: now)
        case .heartbeat(let credit, let running, let draining, let peer):
            heartbeat(credit: credit, running: running, draining: draining, from: peer, at: now)
        case .result(let lease, let outcome, let artifactsPresent, let peer):
            result(lease, outcome, artifactsPresent: artifactsPresent, from: peer, at: now)
        case .refusedResult(let lease, let reason, let peer): refuse(lease, reason, from: peer, at: now)
        case .failure(let lease, let failure, let lost, let peer):
            self.failure(lease, failure, lost: lost, from: peer, at: now)
        case .released(let lease, let resume, let peer): released(lease, resume: resume, from: peer, at: now)
        case .bye(let peer): bye(from: peer, at: now)
        case .revoked(let worker): revoke(worker: worker, at: now)
        case .tick: break
        }
        dispatch(at: now)
        settleSweeps()
        announceWake(at: now)
        defer { outbox.removeAll() }
        return outbox
    }

    mutating func persist(_ record: Record) { outbox.append(.persist(record)) }
    mutating func send(_ message: Message, to peer: Peer) { outbox.append(.send(message, to: peer)) }
    mutating func tell(_ news: News) { outbox.append(.tell(news)) }
}
