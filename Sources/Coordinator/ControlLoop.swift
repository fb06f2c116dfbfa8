internal import Artifacts
internal import Foundation
internal import Logging
internal import Scheduling
internal import Store
internal import Sweep
internal import SwiftProtobuf
internal import Wire
internal import ZeroMQ

/// The coordinator's one loop: wait, drain up to a budget, decide, make durable, and only then send.
///
/// Lives on its reactor's thread. What would keep it from its heartbeats is done elsewhere: artifacts are moved and
/// hashed by a reactor of their own, sweeps are planned and results written out by ``Chores``.
final class ControlLoop {
    /// Messages a turn, so that a flood delays neither the commit nor the clock.
    private static let budget = 64
    /// A revoked worker's leases end within this time even if nobody speaks.
    private static let look = Duration.seconds(1)

    let parts: CoordinatorParts
    let artifactPort: Int
    let chores: Chores
    var core: Scheduling.Coordinator
    var batch = Batch()
    private let loop: Loop
    private let socket: Socket
    private let refusals: RefusalLog
    /// When it started: zero on the core's clock.
    private let origin: ContinuousClock.Instant
    private var wakeAt: ContinuousClock.Instant?
    private var revoked: Set<String> = []
    private var keyGeneration = 0
    private var keyRingComplaint: String?
    private var logger: Logger { parts.logger }
    private var timeline: Timeline { Timeline(logger: parts.logger) }

    /// Recalls what the store holds and listens. Nothing has been answered yet when this returns.
    init(_ parts: CoordinatorParts, loop: Loop, chores: Chores, artifactPort: Int) throws {
        self.parts = parts
        self.loop = loop
        self.chores = chores
        self.artifactPort = artifactPort
        core = Scheduling.Coordinator(settings: parts.settings)
        origin = loop.now
        let keys = parts.keys
        let refusals = RefusalLog { [logger = parts.logger] in logger.warning("\($0)", metadata: $1) }
        self.refusals = refusals
        try loop.authenticate { key, _, address in
            let decision = keys.admit(key)
            if case .deny = decision { refusals.refused(key, known: keys.known(key.z85), from: address, at: .now) }
            return decision
        }
        socket = try loop.router(bind: parts.controlEndpoint, .router(.server(parts.keypair, domain: "control")))
        revoked = Set(keys.keys.filter { $0.revoked != nil }.map(\.publicKey))
        handle(.restored(try parts.store.load()))
        try finishBatch()
    }

    var endpoint: String { socket.boundEndpoint }
    /// On the core's clock.
    var now: Instant { Instant(nanoseconds: (loop.now - origin).nanoseconds) }
    var uptime: Duration { loop.now - origin }

    func run() throws {
        while !loop.isStopping {
            let look = loop.now + Self.look
            try loop.wait(for: [socket], until: min(wakeAt ?? look, look))
            try turn()
        }
    }

    // MARK: - One turn

    private func turn() throws {
        refreshKeys()
        for _ in 0..<Self.budget {
            guard let message = try socket.receive() else { break }
            receive(message)
        }
        for done in chores.drain() { finish(done) }
        for event in socket.events() {
            if case .handshakeFailed = event { refusals.handshakeFailed(at: loop.now) }
            logger.trace("connection", metadata: ["connection.event": "\(event)"])
        }
        if let wakeAt, wakeAt <= loop.now {
            self.wakeAt = nil
            handle(.tick)
        }
        try finishBatch()
    }

    /// Hands an event to the core; what it decides joins the batch.
    func handle(_ event: CoordinatorEvent) {
        for directive in core.handle(event, at: now) {
            switch directive {
            case .persist(let record): batch.entries.append(.record(record))
            case .tell(let news): batch.entries.append(.news(news))
            case .send(let message, let peer): batch.outgoing.append((peer, .message(message)))
            case .wake(let instant):
                let instant = origin + .nanoseconds(instant.nanoseconds)
                wakeAt = min(wakeAt ?? instant, instant)
            }
        }
    }

    /// One transaction, then the log and the messages: nothing is said or acknowledged before it is durable.
    private func finishBatch() throws {
        let batch = batch
        self.batch = Batch()
        try parts.store.commit(batch.records, submissions: batch.submissions, at: Date().timeIntervalSince1970)
        for entry in batch.entries { timeline.tell(entry, core, at: now) }
        for (peer, content) in batch.outgoing {
            switch content {
            case .reply(let reply): try send(reply, to: peer)
            case .message(let message):
                guard let body = try encoded(message) else { continue }
                try send(WireFromCoordinator(body), to: peer)
            }
        }
    }

    private func encoded(_ message: Scheduling.Message) throws -> WireFromCoordinator.OneOf_Body? {
        var description: StageDescription?
        if case .lease(let grant) = message {
            description = try parts.store.description(of: grant.lease.stage, for: grant.sweep)
        }
        return WireFromCoordinator.OneOf_Body(
            message, settings: parts.settings, artifactPort: artifactPort, description: description)
    }

    /// A message that cannot be delivered is dropped: whoever misses it asks again.
    private func send(_ message: WireFromCoordinator, to peer: Peer) throws {
        var bytes: [UInt8] = try message.serializedBytes()
        if bytes.count > WireProtocol.maximumFrame {
            let failed = WireRequestFailed.with {
                $0.message =
                    "the answer has \(bytes.count) bytes, more than a message holds; ask for one sweep at a time"
            }
            bytes = try WireFromCoordinator(.failed(failed), requestID: message.requestID).serializedBytes()
        }
        let result = try socket.send([peer.routingID, bytes])
        if result != .sent {
            logger.debug("message dropped", metadata: ["peer.id": "\(peer)", "send.result": "\(result)"])
        }
    }

    // MARK: - Receiving

    private func receive(_ message: ReceivedMessage) {
        let peer = Peer(routingID: message.parts.first ?? [])
        guard message.parts.count == 2 else {
            return refuse(
                Request(peer: peer, id: 0), message,
                .init(.malformed, "a message has one frame, not \(message.parts.count - 1)"))
        }
        guard let envelope = try? WireToCoordinator(serializedBytes: message.parts[1]) else {
            return refuse(
                Request(peer: peer, id: 0), message,
                .init(.malformed, "the message is not Espalier's; connect a worker or the command line only"))
        }
        let request = Request(peer: peer, id: envelope.requestID)
        guard envelope.protocolVersion == WireProtocol.version else {
            return refuse(
                request, message,
                .init(
                    .protocolVersion,
                    "this coordinator speaks protocol version \(WireProtocol.version), the other end "
                        + "\(envelope.protocolVersion); run the same version of Espalier on both ends"))
        }
        guard let body = envelope.body else {
            return refuse(request, message, .init(.malformed, "the message says nothing this coordinator knows"))
        }
        if let refusal = Authorisation.refusal(of: body, from: message.userID, keys: parts.keys) {
            return refuse(request, message, refusal)
        }
        do {
            switch try WireDecoding.event(body, from: peer) {
            case .failure(let lease, let failure, _, let peer)? where failure.cause == .artifact:
                examine(lease, failure, from: peer)
            case let event?: handle(checked(event))
            case nil:
                answer(body, request)
            }
        } catch {
            refuse(request, message, .init(.malformed, "the message is malformed: \(error.reason)"))
        }
    }

    /// Adds what only the shell knows: whether the artifacts an event names have arrived, whole and verified.
    private func checked(_ event: CoordinatorEvent) -> CoordinatorEvent {
        switch event {
        case .result(let lease, let outcome, _, let peer):
            let arePresent = outcome.artifacts.allSatisfy(isPresent)
            if !arePresent {
                logger.debug("result without its artifacts", metadata: ["stage.key": "\(lease.stage)"])
            }
            return .result(lease, outcome, artifactsPresent: arePresent, from: peer)
        case .refusedResult(let lease, let reason, _):
            logger.warning(
                "result refused", metadata: ["refusal.message": "\(reason)", "stage.key": "\(lease.stage)"])
            return event
        case .released(let lease, let resume?, let peer) where !isPresent(resume):
            return .released(lease, resume: nil, from: peer)
        default: return event
        }
    }

    /// Reads through what the lease starts from, beside this loop, before the core hears of the failure: whoever lost a file
    /// is to blame, not who missed it.
    private func examine(_ lease: LeaseID, _ failure: Failure, from peer: Peer) {
        chores.run { [artifacts = parts.artifacts, inputs = core.inputs(of: lease)] in
            .examined(.failure(lease, failure, lost: artifacts.lost(among: inputs), from: peer))
        }
    }

    /// A look at the directory: what the artifact store holds was verified when it came in.
    private func isPresent(_ artifact: ArtifactReference) -> Bool {
        artifact.digest.flatMap(parts.artifacts.size) == artifact.size
    }

    private func refuse(_ request: Request, _ message: ReceivedMessage, _ refusal: WireRefused) {
        logger.warning(
            "message refused",
            metadata: [
                "peer.key": "\(message.userID.flatMap(parts.keys.known)?.name ?? "unknown")",
                "peer.address": "\(message.address ?? "unknown")", "refusal.message": "\(refusal.message)",
            ])
        batch.reply(.refused(refusal), to: request)
    }

    // MARK: - Keys

    private func refreshKeys() {
        do {
            try parts.keys.refresh()
            keyRingComplaint = nil
        } catch {
            if keyRingComplaint != error.message {
                keyRingComplaint = error.message
                logger.error("key list not read; the keys known before stay in force", metadata: ["error": "\(error)"])
            }
            return
        }
        guard parts.keys.generation != keyGeneration else { return }
        keyGeneration = parts.keys.generation
        for key in parts.keys.keys where key.revoked != nil && revoked.insert(key.publicKey).inserted {
            logger.notice("key revoked", metadata: ["peer.key": "\(key.name)"])
            if key.role == .worker { handle(.revoked(worker: key.name)) }
        }
    }
}
