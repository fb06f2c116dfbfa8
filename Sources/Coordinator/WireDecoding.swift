internal import Scheduling
internal import Sweep
internal import Wire

// Everything a worker sends is checked here, once; the core sees only values that hold what their types promise.
enum WireDecoding {
    /// The event a worker's message stands for. `nil` for a message of operators.
    static func event(_ body: WireToCoordinator.OneOf_Body, from peer: Peer) throws(Malformed) -> CoordinatorEvent? {
        switch body {
        case .hello(let hello):
            return .hello(try worker(hello), running: try statuses(hello.running), from: peer)
        case .heartbeat(let heartbeat):
            return .heartbeat(
                credit: try count(heartbeat.credit, "credit", 0...slots),
                running: try statuses(heartbeat.running), draining: heartbeat.draining, from: peer)
        case .result(let result):
            let lease = try LeaseID(stageKey: result.stageKey, epoch: result.epoch)
            do {
                return .result(lease, try Outcome(result.outcome), artifactsPresent: false, from: peer)
            } catch {
                return .refusedResult(lease, reason: error.reason, from: peer)
            }
        case .failure(let failure):
            return .failure(
                try LeaseID(stageKey: failure.stageKey, epoch: failure.epoch), try Failure(failure), from: peer)
        case .release(let release):
            let resume = release.hasResume ? try ArtifactReference(release.resume) : nil
            return .released(
                try LeaseID(stageKey: release.stageKey, epoch: release.epoch), resume: resume, from: peer)
        case .bye: return .bye(from: peer)
        case .submit, .cancel, .list, .status, .results: return nil
        }
    }

    private static let slots = 4096

    private static func worker(_ hello: WireHello) throws(Malformed) -> WorkerDescription {
        try Check.name(hello.worker, "worker")
        try Check.name(hello.session, "session")
        try Check.name(hello.host, "host", 0...256)
        try Check.names(hello.devices, "devices")
        try Check.names(hello.methods, "methods")
        try Check.names(hello.networks, "networks")
        try Check.names(hello.datasets, "datasets")
        try Check.seconds(hello.remainingSeconds, "remaining_seconds")
        return WorkerDescription(
            name: hello.worker, session: hello.session, host: hello.host,
            slots: try count(hello.slots, "slots", 1...slots), devices: hello.devices, methods: Set(hello.methods),
            networks: Set(hello.networks), datasets: Set(hello.datasets), hasData: !hello.lacksData,
            remaining: hello.remainingSeconds > 0 ? .seconds(hello.remainingSeconds) : nil)
    }

    private static func statuses(_ statuses: [WireLeaseStatus]) throws(Malformed) -> [LeaseStatus] {
        try Check.length(statuses.count, "running")
        var decoded: [LeaseStatus] = []
        for status in statuses { decoded.append(try LeaseStatus(status)) }
        return decoded
    }

    private static func count(_ value: UInt32, _ field: String, _ range: ClosedRange<Int>) throws(Malformed) -> Int {
        guard range.contains(Int(value)) else {
            throw Malformed(reason: "\(field) is \(value), not \(range.lowerBound) to \(range.upperBound)")
        }
        return Int(value)
    }
}
