import EspalierTestKit
import Sweep

@testable import Scheduling

/// Two workers, one or two stages, and everything that may happen next: the states of an exhaustive search.
struct SmallWorld {
    /// How often each fault may still happen.
    struct Budget: Hashable {
        var losses = 0
        var duplicates = 0
        var workerCrashes = 0
        var coordinatorCrashes = 0
        /// A minute in which nobody hears anything of anybody.
        var silences = 0
        /// A checkpoint lost from the coordinator's disk, or from every disk.
        var artifactLosses = 0
    }
    enum Packet: Hashable {
        case up(ModelWorker.Report, worker: Int, connection: UInt8)
        case down(Message, worker: Int, connection: UInt8)
    }

    private(set) var history = History()
    private(set) var store: ModelStore
    private var coordinator = Coordinator(settings: Coordinator.Settings())
    private var workers: [ModelWorker] = []
    private var connections: [UInt8] = [1, 1]
    /// In flight, with the number of copies: any may arrive next.
    private var network: [Packet: Int] = [:]
    private var now = Instant(nanoseconds: 0)
    /// The artifacts the coordinator has.
    private var shelf: Set<String> = []
    private var budget: Budget
    private let isPatient: Bool
    private let sendsBeforePersisting: Bool

    /// - Parameters:
    ///   - levels: 0 for a dense network alone, 1 for one and a stage that starts from it.
    ///   - isPatient: Whether heartbeats wait until the coordinator's last message has arrived.
    init(
        levels: Int, isPatient: Bool = false, budget: Budget, storeDefect: ModelStore.Defect? = nil,
        sendsBeforePersisting: Bool = false
    ) {
        self.budget = budget
        self.isPatient = isPatient
        self.sendsBeforePersisting = sendsBeforePersisting
        store = ModelStore(defect: storeDefect)
        for name in ["A", "B"] { workers.append(ModelWorker(WorkerDescription(name: name, session: "1", slots: 1))) }
        handle(.restored(Durable()))
        handle(.submitted(SweepID("sweep"), plan: .sample(levels: levels), cached: [:]))
        for worker in workers.indices { post(workers[worker].beat(), from: worker) }
        // The greetings arrive; from there on anything goes.
        for _ in 1...2 { for packet in packets { deliver(packet) } }
    }

    /// Goes on, without a fault, until the dense network has its result.
    mutating func finishFirstStage() {
        let dense = coordinator.stages[0].key
        while store.stages[dense]?.result == nil {
            for worker in workers.indices where workers[worker].runningStages.contains(dense) {
                finish(dense, on: worker)
            }
            for packet in packets { deliver(packet) }
        }
    }

    /// Every stage has its result, and every worker knows that the coordinator has it: nothing of interest follows.
    var isOver: Bool { store.unfinished.isEmpty && workers.allSatisfy { $0.spool.isEmpty && $0.running.isEmpty } }

    /// Every state one step away.
    var successors: [SmallWorld] {
        var next: [SmallWorld] = []
        func add(_ step: (inout SmallWorld) -> Void) {
            var world = self
            step(&world)
            next.append(world)
        }
        for packet in packets {
            add { $0.deliver(packet) }
            if budget.losses > 0 {
                add {
                    $0.budget.losses -= 1
                    $0.remove(packet)
                }
            }
            if budget.duplicates > 0 {
                add {
                    $0.budget.duplicates -= 1
                    $0.network[packet, default: 0] += 1
                }
            }
            if budget.coordinatorCrashes > 0, case .up = packet {
                // Dies after the transaction, before the messages.
                add {
                    $0.budget.coordinatorCrashes -= 1
                    $0.deliver(packet, thenDies: true)
                }
            }
        }
        for worker in workers.indices {
            if !isBusyTalking(worker) { add { $0.post($0.workers[worker].beat(), from: worker) } }
            for stage in workers[worker].runningStages {
                add { $0.finish(stage, on: worker) }
            }
            if budget.workerCrashes > 0 {
                add {
                    $0.budget.workerCrashes -= 1
                    $0.workers[worker].restart(session: $0.workers[worker].description.session + "+")
                    $0.reconnect(worker)
                }
            }
        }
        if budget.artifactLosses > 0 {
            for artifact in shelf.sorted() {
                for isLostEverywhere in [false, true] {
                    add {
                        $0.budget.artifactLosses -= 1
                        $0.shelf.remove(artifact)
                        guard isLostEverywhere else { return }
                        for worker in $0.workers.indices { $0.workers[worker].cache.remove(artifact) }
                    }
                }
            }
        }
        if budget.silences > 0 {
            add {
                $0.budget.silences -= 1
                $0.now = $0.now + .seconds(61)
                $0.handle(.tick)
            }
        }
        return next
    }

    // MARK: - Private

    /// A worker reports again only when nothing is on its way from it; `isPatient`, nor to it.
    private func isBusyTalking(_ worker: Int) -> Bool {
        network.keys.contains {
            switch $0 {
            case .up(_, let other, _): other == worker
            case .down(_, let other, _): isPatient && other == worker
            }
        }
    }

    private mutating func post(_ reports: [ModelWorker.Report], from worker: Int) {
        for report in reports {
            let report = workers[worker].handIn(report, shelf: shelf)
            network[.up(report, worker: worker, connection: connections[worker]), default: 0] += 1
        }
    }

    private mutating func remove(_ packet: Packet) {
        guard let copies = network[packet] else { return }
        network[packet] = copies > 1 ? copies - 1 : nil
    }

    private mutating func reconnect(_ worker: Int) {
        connections[worker] += 1
        network = network.filter { packet, _ in
            switch packet {
            case .up(_, let other, _), .down(_, let other, _): other != worker
            }
        }
    }

    private mutating func deliver(_ packet: Packet, thenDies dies: Bool = false) {
        remove(packet)
        switch packet {
        case .up(let report, let worker, let connection):
            handle(event(report, from: worker, connection), dies: dies)
        case .down(let message, let worker, _):
            let (reports, started) = workers[worker].receive(message, shelf: shelf)
            if let started { history.started(started) }
            post(reports, from: worker)
        }
    }

    private mutating func finish(_ stage: StageKey, on worker: Int) {
        let checkpoint = ArtifactReference(role: "checkpoint", sha256: "\(stage) \(worker)", size: 1)
        let outcome = Outcome(artifacts: [checkpoint], environment: "\(worker)")
        post(workers[worker].finish(stage, outcome), from: worker)
    }

    /// With what the coordinator's shell finds on its disk.
    private mutating func event(
        _ report: ModelWorker.Report, from worker: Int, _ connection: UInt8
    ) -> CoordinatorEvent {
        let peer = Peer(routingID: [UInt8(worker), connection])
        switch report {
        case .result(let lease, let outcome, _):
            let artifacts = Set(outcome.artifacts.map(\.sha256))
            shelf.formUnion(artifacts.intersection(workers[worker].cache))
            return .result(lease, outcome, artifactsPresent: artifacts.isSubset(of: shelf), from: peer)
        case .failure(let lease, _):
            return report.event(
                from: peer, lost: Set(coordinator.inputs(of: lease).map(\.sha256)).subtracting(shelf))
        default: return report.event(from: peer)
        }
    }

    private mutating func handle(_ event: CoordinatorEvent, dies: Bool = false) {
        let directives = coordinator.handle(event, at: now)
        if sendsBeforePersisting { send(directives) }
        if !(dies && sendsBeforePersisting) {
            for case .persist(let record) in directives { history.note(store.apply(record)) }
        }
        if dies {
            for worker in workers.indices { reconnect(worker) }
            coordinator = Coordinator(settings: coordinator.settings)
            history.audit(store)
            handle(.restored(store.durable))
        } else if !sendsBeforePersisting {
            send(directives)
        }
    }

    private mutating func send(_ directives: [Directive]) {
        for case .send(let message, let peer) in directives {
            if case .heartbeatAck = message { continue }
            let worker = Int(peer.routingID[0])
            history.sent(message, to: workers[worker].description.name, store: store)
            if peer.routingID[1] != connections[worker] { continue }
            network[.down(message, worker: worker, connection: peer.routingID[1]), default: 0] += 1
        }
    }

    /// What is in flight, in an order that is the same in every process.
    private var packets: [Packet] {
        if network.count < 2 { return Array(network.keys) }
        return network.keys.map { ($0, "\($0)") }.sorted { $0.1 < $1.1 }.map(\.0)
    }
}

extension SmallWorld {
    /// A hash of what decides the future; 64 bits are enough to take equal for equal here. Times count from now, and no
    /// further than any rule looks back. Who became idle first is left out: it only decides which of two equal workers
    /// is asked.
    var fingerprint: Int {
        var hasher = Hasher()
        hasher.combine(budget)
        hasher.combine(network)
        hasher.combine(workers)
        hasher.combine(connections)
        hasher.combine(shelf)
        hasher.combine(history.acknowledged)
        hasher.combine(history.holders)
        for stage in coordinator.stages {
            hasher.combine(store.stages[stage.key])
            hasher.combine(stage.epoch)
            hasher.combine(stage.lastWorker)
            hasher.combine(stage.failures)
            hasher.combine(stage.reopened)
            switch stage.phase {
            case .leased(let lease):
                hasher.combine(lease.worker)
                hasher.combine(lease.isStarted)
                hasher.combine(age(of: lease.confirmed))
                hasher.combine(lease.deadline - now)
            case .orphaned(let until): hasher.combine(until - now)
            default: hasher.combine(stage.phase)
            }
        }
        for worker in workers {
            guard var entry = coordinator.workers[worker.description.name] else { continue }
            entry.turnedAway = nil
            entry.lastSeen = Instant(nanoseconds: age(of: entry.lastSeen))
            hasher.combine(entry)
        }
        return hasher.finalize()
    }

    private func age(of instant: Instant) -> Int64 { min((now - instant).nanoseconds, 20_000_000_000) }
}
