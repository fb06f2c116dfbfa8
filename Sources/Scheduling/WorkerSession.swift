import OrderedCollections
import Sweep

/// The worker's side of the protocol as a value: events and the time go in, directives come out.
///
/// What it promises, whatever is lost, repeated or late:
/// - a result is on the disk before it is sent, and is sent again until the coordinator acknowledges it;
/// - a lease heard twice runs once; there are never more stages under way than slots;
/// - losing the coordinator stops nothing: training goes on, and a lease's expiry is the coordinator's business.
///
/// It has no clock and no randomness: the time and the jitter of the back-off are arguments.
package struct WorkerSession: Sendable {
    /// The session's times and limits.
    package struct Settings: Hashable, Sendable {
        /// Until the coordinator's hello-OK names its own.
        package var heartbeat: Duration = .seconds(5)
        /// A coordinator silent for this many heartbeats is taken for gone.
        package var silence = 3
        /// A result without an acknowledgement is offered again after this long.
        package var resend: Duration = .seconds(10)
        package var shortestBackOff: Duration = .milliseconds(500)
        package var longestBackOff: Duration = .seconds(15)
        /// Between attempts after a refusal that may pass.
        package var refusedRetry: Duration = .seconds(20)
        /// An engine that has reported progress of its stage and then reports nothing for this long is ended and blamed.
        package var stallLimit: Duration = .seconds(3600)
        /// The same before the first report of a stage: an engine need not report progress.
        package var silentStartLimit: Duration = .seconds(12 * 3600)
        /// An engine asked to stop is killed after this long.
        package var stopLimit: Duration = .seconds(20)
        /// An engine that stopped unasked is at fault unless the worker is asked to leave within this time.
        package var leftOffLimit: Duration = .seconds(2)
        /// A drain that takes longer than this leaves with what it has.
        package var drainLimit: Duration = .seconds(30)
        /// A machine with an end is drained this long before it.
        package var drainMargin: Duration = .seconds(60)
        /// An artifact the coordinator will not take this many times makes the stage a failure.
        package var uploadAttempts = 5

        package init() {}
    }

    /// The conversation with the coordinator.
    enum Connection: Hashable, Sendable {
        /// No socket; the next one is opened at the instant given.
        case waiting(until: Instant)
        case connecting(since: Instant)
        case greeting(since: Instant)
        case established(heard: Instant)
    }

    /// A lease that holds a slot.
    struct Work: Hashable, Sendable {
        enum Phase: Hashable, Sendable {
            case fetching(missing: Set<String>)
            /// The engine was last heard at that time; `silence`: how long it may now say nothing.
            case running(heard: Instant, silence: Duration)
            /// The engine was silent for so long that its process was ended.
            case stalled(silence: Duration)
            /// The engine was asked to stop; `revoked` work is thrown away, other work is handed back.
            case stopping(revoked: Bool, since: Instant, killed: Bool)
            /// The engine stopped unasked. The machine may have told it, which then tells this worker too.
            case leftOff(ArtifactReference?, step: UInt64, since: Instant)
            /// The resume checkpoint is on its way.
            case releasing(ArtifactReference, step: UInt64)
        }
        var assignment: Assignment
        var phase: Phase
        var progress = Progress()
        var lease: LeaseID { assignment.lease }
    }

    /// A result that is not acknowledged yet. It holds no slot.
    struct Report: Hashable, Sendable {
        enum Phase: Hashable, Sendable {
            case spooling
            /// On disk, waiting for a connection or for another try.
            case held(since: Instant)
            case uploading(missing: Set<String>)
            case sent(at: Instant)
        }
        var result: SpooledResult
        var phase: Phase
        var failedUploads = 0
    }

    /// How a lease of this session ended, so that a repeated lease can be answered instead of run.
    struct Ending: Hashable, Sendable {
        var lease: LeaseID
        /// nil: the result was acknowledged, or the lease revoked.
        var message: WorkerMessage?
        var isDelivered: Bool
    }

    static let rememberedEndings = 256

    let settings: Settings
    /// When the machine is taken away; nil when not known.
    let deadline: Instant?

    var connection: Connection
    /// Connections lost in a row without a hello-OK.
    var lostConnections = 0
    var heartbeat: Duration
    var nextHeartbeat = Instant(nanoseconds: .min)
    /// What the coordinator believes, at most: raised by heartbeats, lowered by leases.
    var announcedCredit = 0
    var slots: [Work?]
    var reports: OrderedDictionary<StageKey, Report> = [:]
    var endings: OrderedDictionary<StageKey, Ending> = [:]
    /// The instant by which a draining worker leaves in any case.
    var drainEnd: Instant?
    var drainReason = ""
    package internal(set) var hasExited = false
    var outbox: [WorkerDirective] = []

    /// - Parameters:
    ///   - slots: Stages run at the same time, at least 1.
    ///   - deadline: When the machine is taken away.
    ///   - spooled: Results an earlier process of this worker left on the disk.
    ///   - refused: Leases whose results there are not acceptable, and why: reported as failures.
    package init(
        slots: Int, deadline: Instant? = nil, spooled: [SpooledResult] = [], refused: [LeaseID: Failure] = [:],
        settings: Settings = Settings()
    ) {
        self.settings = settings
        self.deadline = deadline
        self.slots = Array(repeating: nil, count: slots)
        heartbeat = settings.heartbeat
        connection = .waiting(until: Instant(nanoseconds: .min))
        for result in spooled {
            reports[result.lease.stage] = Report(
                result: result, phase: .held(since: Instant(nanoseconds: .min)))
        }
        for (lease, failure) in refused {
            endings[lease.stage] = Ending(lease: lease, message: .failure(lease, failure), isDelivered: false)
        }
    }

    /// Takes one event.
    ///
    /// - Parameter jitter: 0..<1, drawn anew for every call; spreads the reconnections of many workers.
    package mutating func handle(_ event: WorkerEvent, at now: Instant, jitter: Double = 0) -> [WorkerDirective] {
        guard !hasExited else { return [] }
        switch event {
        case .tick: break
        case .connected: greet(at: now)
        case .disconnected: lose(at: now, jitter: jitter)
        case .received(let message): receive(message, at: now, jitter: jitter)
        case .fetched(let sha256): fetched(sha256, at: now)
        case .uploaded(let sha256): uploaded(sha256, at: now)
        case .transferFailed(let sha256, let message, let isLost):
            transferFailed(sha256, message: message, isLost: isLost, at: now)
        case .progress(let stage, let progress): update(stage, progress, at: now)
        case .finished(let stage, let outcome): finish(stage, outcome)
        case .failed(let stage, let failure): fail(stage, failure, at: now)
        case .stopped(let stage, let resume, let step): stopped(stage, resume: resume, step: step, at: now)
        case .spooled(let lease): spooled(lease, at: now)
        case .spoolFailed(let lease, let message): spoolFailed(lease, message: message)
        case .drain(let reason): drain(reason: reason, at: now)
        }
        lookAtClock(at: now, jitter: jitter)
        announceFreedSlots(at: now)
        leaveIfDrained()
        defer { outbox = [] }
        return outbox
    }

    // MARK: - What the shell may ask

    /// How many more leases this worker would take now.
    package var credit: Int { isDraining ? 0 : slots.count { $0 == nil } }
    package var isDraining: Bool { drainEnd != nil }
    package var isEstablished: Bool {
        if case .established = connection { true } else { false }
    }
    /// Results not acknowledged yet.
    package var unacknowledged: [SpooledResult] { reports.values.map(\.result) }

    /// Every lease this worker holds: stages under way, results and failures on their way.
    package var running: [LeaseStatus] {
        let work = slots.compactMap { work -> LeaseStatus? in
            guard let work else { return nil }
            if case .stopping(revoked: true, _, _) = work.phase { return nil }
            return LeaseStatus(lease: work.lease, progress: work.progress)
        }
        let results = reports.values.map {
            LeaseStatus(lease: $0.result.lease, progress: Progress(phase: "uploading"))
        }
        // A coordinator counts a failure only of a lease it still knows to be held.
        let failures = endings.values.compactMap { ending -> LeaseStatus? in
            guard !ending.isDelivered, case .failure = ending.message else { return nil }
            return LeaseStatus(lease: ending.lease)
        }
        return work + results + failures
    }

    // MARK: - Small tools

    mutating func emit(_ directive: WorkerDirective) { outbox.append(directive) }

    mutating func send(_ message: WorkerMessage) { outbox.append(.send(message)) }

    func slot(of stage: StageKey) -> Int? { slots.firstIndex { $0?.lease.stage == stage } }
}
