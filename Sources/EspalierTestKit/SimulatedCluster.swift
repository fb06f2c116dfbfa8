package import Scheduling
package import Sweep

/// A coordinator, workers and the network between them in virtual time. One seed is one run.
///
/// Messages are lost, duplicated, delayed past each other and cut off for a while; workers and the coordinator die at any
/// moment and start again. Only the store and the workers' spools survive.
package struct SimulatedCluster: Sendable {
    package struct Faults: Sendable {
        /// Of a message.
        package var loss = 0.0
        package var duplication = 0.0
        /// A message takes up to this long: more than the pause between messages, so they overtake one another.
        package var delay = Duration.milliseconds(20)
        /// Of a worker, per heartbeat interval.
        package var workerCrash = 0.0
        package var partition = 0.0
        package var drain = 0.0
        /// Of a stage: fails instead of finishing.
        package var stageFailure = 0.0
        /// Of a result: its artifacts are not there yet.
        package var lateArtifacts = 0.0
        /// Of an artifact, per heartbeat interval: gone from the coordinator's disk, from a worker's, or from both.
        package var artifactLoss = 0.0
        /// Of the coordinator, per event: dies before, after, or between making records durable and sending.
        package var coordinatorCrash = 0.0
        package init() {}
    }

    /// A shell with a fault of its own, for negative controls.
    package enum ShellDefect: Sendable { case sendsBeforePersisting, overlooksLosses }

    private enum Action: Sendable {
        case toCoordinator(ModelWorker.Report, worker: Int, connection: Int)
        case toWorker(Message, worker: Int, connection: Int)
        case beat(worker: Int)
        case finish(worker: Int, session: String, stage: StageKey)
        case restart(worker: Int)
        case submit(SweepID, Plan, isFresh: Bool)
        case cancel(SweepID)
        case startCoordinator
        case tick

        /// Whether the run is not over while it is still to come.
        var isRequest: Bool {
            switch self {
            case .submit, .cancel, .startCoordinator: true
            default: false
            }
        }
    }
    private struct Machine: Sendable {
        var worker: ModelWorker
        var connection = 0
        var isUp = true
        var cutOffUntil = Instant(nanoseconds: 0)
        var silentBeats = 0
    }

    package private(set) var now = Instant(nanoseconds: 0)
    package private(set) var history = History()
    package private(set) var store: ModelStore
    package private(set) var events = 0
    /// The artifacts the coordinator has.
    private var shelf: Set<String> = []
    private let settings: Coordinator.Settings
    private let faults: Faults
    private let shellDefect: ShellDefect?
    private let faultsEnd: Instant
    private let stageTime: ClosedRange<Double>
    private var generator: SeededGenerator
    private var coordinator: Coordinator?
    private var machines: [Machine] = []
    private var agenda = Agenda<Action>()
    private var sessions = 0

    /// - Parameters:
    ///   - faultsEnd: After this, nothing goes wrong any more, so that everything must come to its end.
    ///   - stageTime: Seconds a stage runs.
    package init(
        seed: UInt64, workers: Int, slots: Int = 2, faults: Faults, faultsEnd: Duration = .seconds(1200),
        stageTime: ClosedRange<Double> = 5...90, settings: Coordinator.Settings = Coordinator.Settings(),
        storeDefect: ModelStore.Defect? = nil, shellDefect: ShellDefect? = nil
    ) {
        self.settings = settings
        self.faults = faults
        self.faultsEnd = Instant(nanoseconds: 0) + faultsEnd
        self.stageTime = stageTime
        self.shellDefect = shellDefect
        generator = SeededGenerator(seed: seed)
        store = ModelStore(defect: storeDefect)
        agenda.add(.startCoordinator, at: now)
        for index in 0..<workers {
            sessions += 1
            let description = WorkerDescription(name: "worker-\(index)", session: "s\(sessions)", slots: slots)
            machines.append(Machine(worker: ModelWorker(description)))
            agenda.add(.beat(worker: index), at: now + .seconds(Double.random(in: 0..<5, using: &generator)))
        }
    }

    package mutating func submit(
        _ id: SweepID, _ plan: Plan, after delay: Duration = .zero, isFresh: Bool = false
    ) {
        agenda.add(.submit(id, plan, isFresh: isFresh), at: now + delay)
    }

    package mutating func cancel(_ id: SweepID, after delay: Duration) { agenda.add(.cancel(id), at: now + delay) }

    /// Runs until every sweep has ended and the faults are over, or until `limit`; then audits.
    package mutating func run(limit: Duration = .seconds(20_000)) {
        let end = now + limit
        while let (instant, action) = agenda.next(), instant <= end {
            now = instant
            perform(action)
            if now > faultsEnd, isQuiet { break }
        }
        history.auditEnd(store)
    }

    // MARK: - Private

    private var isQuiet: Bool {
        coordinator?.isIdle == true && machines.allSatisfy { $0.worker.spool.isEmpty } && !agenda.holds(\.isRequest)
    }

    private mutating func happens(_ probability: Double) -> Bool { now < faultsEnd && generator.chance(probability) }

    private mutating func perform(_ action: Action) {
        switch action {
        case .toCoordinator(let report, let worker, let connection):
            guard machines[worker].connection == connection else { return }
            arrive(report, worker: worker, from: peer(worker, connection))
        case .toWorker(let message, let worker, let connection):
            guard machines[worker].connection == connection, machines[worker].isUp else { return }
            machines[worker].silentBeats = 0
            let (reports, started) = machines[worker].worker.receive(message, shelf: shelf)
            if let started { begin(started, on: worker) }
            send(reports, from: worker)
        case .beat(let worker): beat(worker)
        case .finish(let worker, let session, let stage):
            guard machines[worker].isUp, machines[worker].worker.description.session == session else { return }
            finish(stage, on: worker)
        case .restart(let worker):
            sessions += 1
            machines[worker].worker.restart(session: "s\(sessions)")
            machines[worker].connection += 1
            machines[worker].isUp = true
        case .submit(let id, let plan, let isFresh):
            guard coordinator != nil else { return agenda.add(action, at: now + .seconds(1)) }
            if store.states[id] == nil || store.states[id] == .cancelled {
                handle(.submitted(id, plan: plan, cached: [:], isFresh: isFresh))
                // An operator whose request was not answered repeats it.
                agenda.add(action, at: now + .seconds(1))
            }
        case .cancel(let id):
            guard coordinator != nil else { return agenda.add(action, at: now + .seconds(1)) }
            handle(.cancelled(id))
        case .startCoordinator:
            coordinator = Coordinator(settings: settings)
            for index in machines.indices { machines[index].connection += 1 }
            history.audit(store)
            handle(.restored(store.durable))
        case .tick:
            if coordinator != nil { handle(.tick) }
        }
    }

    private mutating func arrive(_ report: ModelWorker.Report, worker: Int, from peer: Peer) {
        switch report {
        case .result(let lease, let outcome, _):
            let artifacts = Set(outcome.artifacts.map(\.sha256))
            let isLate = happens(faults.lateArtifacts)
            if !isLate { shelf.formUnion(artifacts.intersection(machines[worker].worker.cache)) }
            let arePresent = !isLate && artifacts.isSubset(of: shelf)
            handle(ModelWorker.Report.result(lease, outcome, artifactsPresent: arePresent).event(from: peer))
        case .failure(let lease, let failure)
        where failure.cause == .artifact && shellDefect != .overlooksLosses:
            let inputs = (coordinator?.inputs(of: lease) ?? []).filter { $0.role == "checkpoint" }
            handle(report.event(from: peer, lost: Set(inputs.map(\.sha256)).subtracting(shelf)))
        default: handle(report.event(from: peer))
        }
    }

    /// One event through core and shell, which may die at any point in between.
    private mutating func handle(_ event: CoordinatorEvent) {
        guard coordinator != nil else { return }
        events += 1
        let directives = coordinator?.handle(event, at: now) ?? []
        let dies = happens(faults.coordinatorCrash)
        let point = dies ? Int.random(in: 0...2, using: &generator) : -1
        if point == 0 { return stopCoordinator() }
        if shellDefect == .sendsBeforePersisting {
            carryOutSends(directives)
            if point == 1 { return stopCoordinator() }
        }
        for case .persist(let record) in directives { history.note(store.apply(record)) }
        if point == 1 { return stopCoordinator() }
        if shellDefect != .sendsBeforePersisting { carryOutSends(directives) }
        if point == 2 { stopCoordinator() }
    }

    private mutating func carryOutSends(_ directives: [Directive]) {
        for directive in directives {
            switch directive {
            case .persist, .tell: break
            case .send(let message, let peer):
                let (worker, connection) = address(peer)
                history.sent(message, to: machines[worker].worker.description.name, store: store)
                post(.toWorker(message, worker: worker, connection: connection), worker: worker)
            case .wake(let instant): agenda.add(.tick, at: max(instant, now))
            }
        }
    }

    private mutating func stopCoordinator() {
        coordinator = nil
        let pause = Double.random(in: 1...30, using: &generator)
        agenda.add(.startCoordinator, at: now + .seconds(pause))
    }

    private mutating func beat(_ worker: Int) {
        agenda.add(.beat(worker: worker), at: now + settings.heartbeatInterval)
        guard machines[worker].isUp else { return }
        if happens(faults.partition) {
            machines[worker].cutOffUntil = now + .seconds(Double.random(in: 5...150, using: &generator))
        }
        if happens(faults.workerCrash) {
            machines[worker].isUp = false
            let pause = Double.random(in: 1...200, using: &generator)
            return agenda.add(.restart(worker: worker), at: now + .seconds(pause))
        }
        if happens(faults.drain) {
            let resume = ArtifactReference(role: "resume", sha256: "r\(events)", size: 1)
            send(machines[worker].worker.drain(resume: resume), from: worker)
            return agenda.add(.restart(worker: worker), at: now + .seconds(20))
        }
        if happens(faults.artifactLoss) { loseArtifact(worker) }
        machines[worker].silentBeats += 1
        if machines[worker].silentBeats > 3 {
            machines[worker].silentBeats = 0
            machines[worker].connection += 1
            machines[worker].worker.disconnect()
        }
        send(machines[worker].worker.beat(), from: worker)
    }

    private mutating func loseArtifact(_ worker: Int) {
        guard let lost = shelf.union(machines[worker].worker.cache).sorted().randomElement(using: &generator) else {
            return
        }
        let place = Int.random(in: 0...2, using: &generator)
        if place != 0 { shelf.remove(lost) }
        if place != 1 { machines[worker].worker.cache.remove(lost) }
    }

    private mutating func begin(_ stage: StageKey, on worker: Int) {
        history.started(stage)
        let seconds = Double.random(in: stageTime, using: &generator)
        let session = machines[worker].worker.description.session
        agenda.add(.finish(worker: worker, session: session, stage: stage), at: now + .seconds(seconds))
    }

    private mutating func finish(_ stage: StageKey, on worker: Int) {
        if happens(faults.stageFailure) {
            let causes: [Failure.Cause] = [.engineCrash, .outOfMemory, .invalidStage, .timeLimit, .artifact, .storage]
            let cause = causes[Int.random(in: 0..<causes.count, using: &generator)]
            send(machines[worker].worker.fail(stage, Failure(cause: cause, message: "made up")), from: worker)
        } else {
            let checkpoint = ArtifactReference(role: "checkpoint", sha256: "c\(events)", size: 1)
            let outcome = Outcome(measures: ["run": Double(events)], artifacts: [checkpoint], seconds: 10)
            send(machines[worker].worker.finish(stage, outcome), from: worker)
        }
    }

    private mutating func send(_ reports: [ModelWorker.Report], from worker: Int) {
        for report in reports {
            let report = machines[worker].worker.handIn(report, shelf: shelf)
            post(
                .toCoordinator(report, worker: worker, connection: machines[worker].connection), worker: worker)
        }
    }

    private mutating func post(_ action: Action, worker: Int) {
        if machines[worker].cutOffUntil > now && now < faultsEnd { return }
        let copies = happens(faults.duplication) ? 2 : 1
        for _ in 0..<copies where !happens(faults.loss) {
            let delay = Double.random(in: 0...faults.delay.inSeconds, using: &generator)
            agenda.add(action, at: now + .seconds(delay))
        }
    }

    private func peer(_ worker: Int, _ connection: Int) -> Peer {
        Peer(routingID: [0, UInt8(worker), UInt8(connection >> 8 & 255), UInt8(connection & 255)])
    }

    private func address(_ peer: Peer) -> (worker: Int, connection: Int) {
        (Int(peer.routingID[1]), Int(peer.routingID[2]) << 8 | Int(peer.routingID[3]))
    }
}
