import EspalierTestKit
import Scheduling
import Sweep

/// A coordinator on the table: events by hand, time by hand, every directive kept.
struct Bench {
    var coordinator: Coordinator
    var now = Instant(nanoseconds: 0)
    var store = ModelStore()
    private(set) var broken: [String] = []

    init(_ durable: Durable = Durable(), settings: Coordinator.Settings = Coordinator.Settings()) {
        coordinator = Coordinator(settings: settings)
        handle(.restored(durable))
    }

    /// Starts the next coordinator on what the store of this one holds.
    mutating func restartCoordinator() {
        coordinator = Coordinator(settings: coordinator.settings)
        handle(.restored(store.durable))
    }

    @discardableResult
    mutating func handle(_ event: CoordinatorEvent) -> [Directive] {
        let directives = coordinator.handle(event, at: now)
        for case .persist(let record) in directives {
            if let violation = store.apply(record) { broken.append(violation) }
        }
        return directives
    }

    mutating func pass(_ seconds: Double) { now = now + .seconds(seconds) }

    @discardableResult
    mutating func submit(_ plan: Plan, id: String = "sweep-1", cached: [StageKey: Outcome] = [:]) -> [Directive] {
        handle(.submitted(SweepID(id), plan: plan, cached: cached))
    }

    @discardableResult
    mutating func hello(
        _ name: String, session: String = "a", slots: Int = 1, peer: UInt8? = nil, running: [LeaseID] = [],
        methods: Set<String> = [], hasData: Bool = true, remaining: Duration? = nil
    ) -> [Directive] {
        let description = WorkerDescription(
            name: name, session: session, host: "node-\(name)", slots: slots, methods: methods, hasData: hasData,
            remaining: remaining)
        return handle(.hello(description, running: running.map { LeaseStatus(lease: $0) }, from: .of(name, peer)))
    }

    @discardableResult
    mutating func beat(
        _ name: String, credit: Int = 0, running: [LeaseID] = [], draining: Bool = false, peer: UInt8? = nil
    ) -> [Directive] {
        handle(
            .heartbeat(
                credit: credit, running: running.map { LeaseStatus(lease: $0) }, draining: draining,
                from: .of(name, peer)))
    }

    /// Says hello and asks for work.
    @discardableResult
    mutating func join(
        _ name: String, slots: Int = 1, methods: Set<String> = [], remaining: Duration? = nil
    )
        -> [Directive]
    {
        hello(name, slots: slots, methods: methods, remaining: remaining)
        return beat(name, credit: slots)
    }

    @discardableResult
    mutating func result(
        _ lease: LeaseID, from name: String, _ outcome: Outcome = .sample, present: Bool = true, peer: UInt8? = nil
    ) -> [Directive] {
        handle(.result(lease, outcome, artifactsPresent: present, from: .of(name, peer)))
    }

    @discardableResult
    mutating func fail(
        _ lease: LeaseID, _ cause: Failure.Cause, from name: String, lost: Set<String> = []
    ) -> [Directive] {
        handle(.failure(lease, Failure(cause: cause, message: "made up"), lost: lost, from: .of(name, nil)))
    }

    /// The sweep's counts.
    func status(_ id: String = "sweep-1") -> Coordinator.SweepStatus? {
        coordinator.sweepStatus(SweepID(id), at: now)
    }
}

extension Peer {
    static func of(_ name: String, _ connection: UInt8?) -> Peer { Peer(routingID: [connection ?? 1] + name.utf8) }
}

extension Outcome {
    static let sample = Outcome(
        artifacts: [ArtifactReference(role: "checkpoint", sha256: String(repeating: "a", count: 64), size: 9)],
        seconds: 100)
}

extension [Directive] {
    var messages: [Message] {
        compactMap { if case .send(let message, _) = $0 { message } else { nil } }
    }
    var news: [News] {
        compactMap { if case .tell(let news) = $0 { news } else { nil } }
    }
    var records: [Record] {
        compactMap { if case .persist(let record) = $0 { record } else { nil } }
    }
    var grants: [Grant] {
        messages.compactMap { if case .lease(let grant) = $0 { grant } else { nil } }
    }
    /// The names of workers that were sent a lease, in order.
    var leasedTo: [String] {
        compactMap {
            guard case .send(.lease, let peer) = $0 else { return nil }
            return String(decoding: peer.routingID.dropFirst(), as: UTF8.self)
        }
    }
    var revoked: [LeaseID] {
        messages.compactMap { if case .revoke(let lease, _) = $0 { lease } else { nil } }
    }
    var verdicts: [Verdict] {
        messages.compactMap { if case .resultAck(_, let verdict) = $0 { verdict } else { nil } }
    }
    var states: [SweepState] {
        records.compactMap { if case .sweepState(_, let state) = $0 { state } else { nil } }
    }
    var quarantines: [Failure.Cause] {
        records.compactMap { if case .quarantined(_, let failure) = $0 { failure.cause } else { nil } }
    }
}
