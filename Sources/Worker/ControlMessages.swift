internal import Scheduling
internal import Sweep
internal import Wire

/// What came on the control socket, read and checked.
struct ControlFrame {
    var message: CoordinatorMessage
    /// Only with a hello-OK.
    var artifactPort: UInt32?

    /// - Throws: A sentence for a frame that is not one of the coordinator's, or of another protocol version.
    init(_ frame: [UInt8]) throws {
        guard let envelope = try? WireFromCoordinator(frame: frame) else {
            throw MalformedFrame(sentence: "a frame of \(frame.count) bytes is not a message of the coordinator")
        }
        // A refusal is understood whatever version the other end speaks: that may be its very reason.
        if envelope.protocolVersion != WireProtocol.version, envelope.body.isNotRefused {
            throw MalformedFrame(
                sentence: "the coordinator speaks protocol version \(envelope.protocolVersion), this worker "
                    + "\(WireProtocol.version); install the same release of espalier on both")
        }
        do {
            message = try CoordinatorMessage(envelope.body)
        } catch {
            throw MalformedFrame(sentence: "a message of the coordinator is malformed: \(error.reason)")
        }
        if case .helloOk(let hello) = envelope.body { artifactPort = hello.artifactPort }
    }

    struct MalformedFrame: Error {
        var sentence: String
    }
}

extension WireFromCoordinator.OneOf_Body? {
    fileprivate var isNotRefused: Bool {
        if case .refused = self { false } else { true }
    }
}

extension CoordinatorMessage {
    fileprivate init(_ body: WireFromCoordinator.OneOf_Body?) throws(Malformed) {
        switch body {
        case .helloOk(let hello):
            // A coordinator's mistake must not make a worker beat every microsecond, or never.
            let seconds = hello.heartbeatSeconds.isFinite ? min(max(hello.heartbeatSeconds, 0.05), 600) : 5
            var dropped: [LeaseID] = []
            for lease in hello.dropped { dropped.append(try LeaseID(stageKey: lease.stageKey, epoch: lease.epoch)) }
            self = .helloOK(heartbeat: .seconds(seconds), dropped: dropped)
        case .refused(let refused):
            // One message that was not understood is no reason to leave for good; nor is an older session of this worker.
            let retry = refused.reason == .duplicateWorker || refused.reason == .malformed
            self = .refused(retry: retry, sentence: Check.plain(refused.message))
        case .lease(let lease):
            let id = try LeaseID(stageKey: lease.stageKey, epoch: lease.epoch)
            var inputs: [ArtifactReference] = []
            for input in lease.inputs { inputs.append(try ArtifactReference(input)) }
            self = .lease(
                Assignment(
                    lease: id, stage: lease.stage, inputs: inputs, engine: lease.engine, label: lease.label,
                    isAnew: lease.anew))
        case .heartbeatAck: self = .heartbeatAck
        case .resultAck(let ack):
            let id = try LeaseID(stageKey: ack.stageKey, epoch: ack.epoch)
            self = .resultAck(id, Verdict(rawValue: ack.verdict) ?? .unknown)
        case .revoke(let revoke):
            self = .revoke(try LeaseID(stageKey: revoke.stageKey, epoch: revoke.epoch), reason: revoke.reason)
        case .helloAgain: self = .helloAgain
        case .submitted, .cancelled, .sweeps, .status, .results, .failed, nil:
            throw Malformed(reason: "it is none of those a worker hears")
        }
    }
}

/// What a worker tells the coordinator about itself in every hello.
struct WorkerIdentity {
    var name: String
    /// Chosen at random when the process started.
    var session: String
    var devices: [String]
    var engine: WireDescription
    var dataDirectory: String?
    var host: String
    var version: String
}

extension WireToCoordinator {
    init(_ message: WorkerMessage, identity: WorkerIdentity) {
        self.init()
        protocolVersion = WireProtocol.version
        switch message {
        case .hello(let running, let remaining):
            hello.worker = identity.name
            hello.session = identity.session
            hello.slots = UInt32(identity.devices.count)
            hello.devices = identity.devices
            hello.methods = identity.engine.methods
            hello.networks = identity.engine.networks
            hello.datasets = identity.engine.datasets
            // An engine that does not say which data sets it knows may find their files in its own way.
            hello.lacksData = identity.dataDirectory == nil && !identity.engine.datasets.isEmpty
            hello.host = identity.host
            hello.espalierVersion = identity.version
            hello.running = running.map(WireLeaseStatus.init)
            hello.remainingSeconds = remaining.map { max($0.inSeconds, 0.001) } ?? 0
        case .heartbeat(let credit, let running, let draining):
            heartbeat.credit = UInt32(clamping: credit)
            heartbeat.running = running.map(WireLeaseStatus.init)
            heartbeat.draining = draining
        case .result(let result): self.result = WireStageResult(result)
        case .failure(let lease, let failure):
            self.failure.stageKey = lease.stage.hex
            self.failure.epoch = lease.epoch
            self.failure.cause = WireFailureCause(failure.cause)
            self.failure.message = failure.message
            self.failure.evidence = failure.evidence
        case .release(let lease, let resume, let step):
            release.stageKey = lease.stage.hex
            release.epoch = lease.epoch
            if let resume { release.resume = WireArtifact(resume) }
            release.step = step
        case .bye(let reason): bye.reason = reason
        }
    }
}
