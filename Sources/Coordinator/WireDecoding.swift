internal import Artifacts
internal import Scheduling
internal import Sweep
internal import Wire

/// A message that no Espalier sends: the reason, as half a sentence.
struct Malformed: Error {
    let reason: String
}

// Everything a worker sends is checked here, once; the core sees only values that hold what their types promise.
enum WireDecoding {
    /// The event a worker's message stands for. `nil` for a message of operators.
    static func event(_ body: WireToCoordinator.OneOf_Body, from peer: Peer) throws(Malformed) -> CoordinatorEvent? {
        switch body {
        case .hello(let hello):
            return .hello(try worker(hello), running: try statuses(hello.running), from: peer)
        case .heartbeat(let heartbeat):
            return .heartbeat(
                credit: try count(heartbeat.credit, "credit", 0...Limit.slots),
                running: try statuses(heartbeat.running), draining: heartbeat.draining, from: peer)
        case .result(let result):
            return .result(
                try lease(result.stageKey, result.epoch), try outcome(result.outcome), artifactsPresent: false,
                from: peer)
        case .failure(let failure):
            return .failure(try lease(failure.stageKey, failure.epoch), try self.failure(failure), from: peer)
        case .release(let release):
            let resume = release.hasResume ? try artifact(release.resume) : nil
            return .released(try lease(release.stageKey, release.epoch), resume: resume, from: peer)
        case .bye: return .bye(from: peer)
        case .submit, .cancel, .list, .status, .results: return nil
        }
    }

    private enum Limit {
        static let name = 64
        static let text = 4096
        static let evidence = 64 << 10
        static let slots = 4096
        static let list = 4096
        static let rows = 1 << 17
    }

    // MARK: - Values

    private static func worker(_ hello: WireHello) throws(Malformed) -> WorkerDescription {
        WorkerDescription(
            name: try text(hello.worker, "worker", 1...Limit.name),
            session: try text(hello.session, "session", 1...Limit.name),
            host: try text(hello.host, "host", 0...256),
            slots: try count(hello.slots, "slots", 1...Limit.slots),
            devices: try texts(hello.devices, "devices"),
            methods: Set(try texts(hello.methods, "methods")),
            networks: Set(try texts(hello.networks, "networks")),
            datasets: Set(try texts(hello.datasets, "datasets")),
            remaining: try seconds(hello.remainingSeconds, "remaining_seconds"))
    }

    private static func statuses(_ statuses: [WireLeaseStatus]) throws(Malformed) -> [LeaseStatus] {
        try limit(statuses.count, "running")
        var decoded: [LeaseStatus] = []
        for status in statuses {
            decoded.append(
                LeaseStatus(lease: try lease(status.stageKey, status.epoch), progress: try progress(status.progress)))
        }
        return decoded
    }

    private static func progress(_ progress: WireProgress) throws(Malformed) -> Progress {
        // A diverging loss is no reason to refuse the heartbeat.
        Progress(
            step: progress.step, totalSteps: progress.totalSteps,
            phase: try text(progress.phase, "phase", 0...Limit.name),
            loss: progress.loss.isFinite ? progress.loss : 0,
            accuracy: progress.accuracy.isFinite ? progress.accuracy : 0)
    }

    static func lease(_ key: String, _ epoch: UInt64) throws(Malformed) -> LeaseID {
        guard let stage = StageKey(hex: key) else { throw Malformed(reason: "stage_key is not 64 hexadecimal digits") }
        guard Int64(exactly: epoch) != nil else { throw Malformed(reason: "epoch \(epoch) is out of range") }
        return LeaseID(stage: stage, epoch: epoch)
    }

    static func artifact(_ artifact: WireArtifact) throws(Malformed) -> ArtifactReference {
        guard ArtifactDigest(hex: artifact.sha256) != nil else {
            throw Malformed(reason: "an artifact's sha256 is not 64 hexadecimal digits")
        }
        guard Int64(exactly: artifact.size) != nil else {
            throw Malformed(reason: "an artifact's size \(artifact.size) is out of range")
        }
        return ArtifactReference(
            role: try text(artifact.role, "role", 1...Limit.name), sha256: artifact.sha256, size: artifact.size)
    }

    private static func failure(_ failure: WireStageFailure) throws(Malformed) -> Failure {
        let cause: Failure.Cause
        switch failure.cause {
        case .engineCrash: cause = .engineCrash
        case .outOfMemory: cause = .outOfMemory
        case .invalidStage: cause = .invalidStage
        case .timeLimit: cause = .timeLimit
        case .artifact: cause = .artifact
        case .storage: cause = .storage
        case .unspecified, .UNRECOGNIZED: throw Malformed(reason: "the failure has no known cause")
        }
        return Failure(
            cause: cause, message: String(failure.message.prefix(Limit.text)),
            evidence: String(failure.evidence.suffix(Limit.evidence)))
    }

    // MARK: - Outcomes

    /// A diverged outcome may carry numbers that are not finite; they are left out. Elsewhere they are an error.
    static func outcome(_ outcome: WireOutcome) throws(Malformed) -> Outcome {
        guard let status = Outcome.Status(rawValue: outcome.status) else {
            throw Malformed(reason: "'\(outcome.status.prefix(Limit.name))' is not an outcome's status")
        }
        try limit(outcome.measures.count, "measures")
        try limit(outcome.layers.count, "layers", Limit.rows)
        try limit(outcome.epochs.count, "epochs", Limit.rows)
        try limit(outcome.artifacts.count, "artifacts", Limit.name)
        var measures: [String: Double] = [:]
        for (name, value) in outcome.measures {
            if try isFinite([value], "the measure '\(name.prefix(Limit.name))'", status) {
                measures[try text(name, "a measure's name", 1...Limit.name)] = value
            }
        }
        var artifacts: [ArtifactReference] = []
        for artifact in outcome.artifacts { artifacts.append(try self.artifact(artifact)) }
        var layers: [Outcome.Layer] = []
        for layer in outcome.layers {
            guard Int64(exactly: layer.total) != nil, layer.nonzero <= layer.total else {
                throw Malformed(reason: "a layer's counts are out of range")
            }
            layers.append(
                Outcome.Layer(
                    parameter: try text(layer.parameter, "parameter", 1...256), total: layer.total,
                    nonzero: layer.nonzero))
        }
        var epochs: [Outcome.EpochRecord] = []
        for epoch in outcome.epochs {
            let numbers = [
                epoch.learningRate, epoch.trainingLoss, epoch.validationLoss, epoch.validationAccuracy,
            ]
            guard try isFinite(numbers, "an epoch's record", status) else { continue }
            epochs.append(
                Outcome.EpochRecord(
                    phase: try text(epoch.phase, "phase", 0...Limit.name), epoch: Int(epoch.epoch),
                    learningRate: epoch.learningRate, trainingLoss: epoch.trainingLoss,
                    validationLoss: epoch.validationLoss, validationAccuracy: epoch.validationAccuracy))
        }
        return Outcome(
            status: status, note: String(outcome.note.prefix(Limit.text)), measures: measures, artifacts: artifacts,
            layers: layers, epochs: epochs, seconds: try seconds(outcome.seconds, "seconds")?.inSeconds ?? 0,
            environment: String(outcome.environment.prefix(Limit.text)))
    }

    private static func isFinite(
        _ values: [Double], _ field: String, _ status: Outcome.Status
    ) throws(Malformed)
        -> Bool
    {
        if values.allSatisfy(\.isFinite) { return true }
        guard status == .diverged else { throw Malformed(reason: "\(field) is not a finite number") }
        return false
    }

    // MARK: - Primitives

    private static func text(_ value: String, _ field: String, _ range: ClosedRange<Int>) throws(Malformed) -> String {
        guard range.contains(value.utf8.count) else {
            throw Malformed(
                reason: "\(field) has \(value.utf8.count) bytes, not \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private static func texts(_ values: [String], _ field: String) throws(Malformed) -> [String] {
        try limit(values.count, field)
        for value in values { _ = try text(value, field, 1...Limit.name) }
        return values
    }

    private static func count(_ value: UInt32, _ field: String, _ range: ClosedRange<Int>) throws(Malformed) -> Int {
        guard range.contains(Int(value)) else {
            throw Malformed(reason: "\(field) is \(value), not \(range.lowerBound) to \(range.upperBound)")
        }
        return Int(value)
    }

    private static func limit(_ count: Int, _ field: String, _ maximum: Int = Limit.list) throws(Malformed) {
        guard count <= maximum else { throw Malformed(reason: "\(field) has \(count) entries, more than \(maximum)") }
    }

    /// At most thirty years; 0 stands for "not known".
    private static func seconds(_ value: Double, _ field: String) throws(Malformed) -> Duration? {
        guard value.isFinite, (0...1e9).contains(value) else {
            throw Malformed(reason: "\(field) is not a number of seconds")
        }
        return value > 0 ? .seconds(value) : nil
    }
}
