internal import Artifacts
internal import Foundation
internal import Logging
internal import Scheduling
internal import Sweep
internal import Wire
internal import ZeroMQ

/// The worker's loop on the reactor's thread: turns sockets, engines, files and time into events for the session, and
/// does what the session says.
final class ControlLoop {
    /// What other threads send in.
    enum Post: Sendable {
        case engine(EngineSeats.News)
        case drain(reason: String)
    }

    /// Messages taken from one socket before the others are looked at.
    private static let budget = 64

    let configuration: WorkerConfiguration
    let identity: WorkerIdentity
    let logger: Logger
    let loop: Loop
    let spool: SpoolDirectory
    let results: ResultSpool
    let transfers: ArtifactClient
    let cache: ArtifactStore
    let seats: EngineSeats
    let mailbox: Mailbox<Post>
    let security: Security

    var session: WorkerSession
    var control: Socket?
    var artifacts: Socket?
    var exit: WorkerExit?
    private var reachability = Reachability()
    private let refusedRetry: Duration
    private var pending: [WorkerEvent] = []
    private var isFeeding = false
    private var drainRequests = 0
    private let start = ContinuousClock.now

    init(_ parts: WorkerParts, loop: Loop) throws {
        configuration = parts.configuration
        identity = parts.identity
        logger = parts.logger
        spool = parts.spool
        cache = parts.cache
        mailbox = parts.mailbox
        refusedRetry = parts.settings.refusedRetry
        self.loop = loop
        security = .client(try parts.configuration.key.keypair, server: try parts.configuration.key.coordinator)
        results = ResultSpool(directory: parts.spool.results)
        transfers = ArtifactClient(cache: parts.cache)
        let spooled = results.load()
        for sentence in spooled.damaged { logger.warning("\(sentence)") }
        for (lease, failure) in spooled.refused {
            logger.warning(
                "spooled result refused",
                metadata: ["stage.key": "\(lease.stage)", "worker.reason": "\(failure.message)"])
            try results.remove(lease)
        }
        session = WorkerSession(
            slots: parts.configuration.slots,
            deadline: parts.configuration.remaining.map { Instant(nanoseconds: 0) + $0 },
            spooled: spooled.results, refused: spooled.refused, settings: parts.settings)
        seats = EngineSeats(
            configuration: parts.configuration, logger: logger, spool: parts.spool, cache: parts.cache,
            launch: parts.launch,
            post: { [mailbox] in mailbox.post(.engine($0)) })
    }

    /// Runs until the session says to leave.
    func run() throws -> WorkerExit {
        defer { seats.leave(atOnce: drainRequests > 1) }
        while true {
            feed(.tick)
            pumpTransfers()
            if let exit { return exit }
            try loop.wait(for: [control, artifacts].compactMap(\.self), until: deadline)
            try spool.checkPlace()
            takePosts()
            try takeControl()
            try takeArtifacts()
            report()
        }
    }

    var now: Instant { Instant(nanoseconds: start.duration(to: .now).nanoseconds) }

    // MARK: - Events

    /// Gives the session an event and does what it says, and so on until nothing follows.
    func feed(_ event: WorkerEvent) {
        pending.append(event)
        guard !isFeeding else { return }
        isFeeding = true
        defer { isFeeding = false }
        while !pending.isEmpty {
            let event = pending.removeFirst()
            for directive in session.handle(event, at: now, jitter: Double.random(in: 0..<1)) { obey(directive) }
        }
    }

    private var deadline: ContinuousClock.Instant? {
        let wake = session.wake.map { start + .nanoseconds(max($0.nanoseconds, 0)) }
        return [wake, transfers.deadline, reachability.reportAt].compactMap(\.self).min()
    }

    private func takePosts() {
        for post in mailbox.drain() {
            switch post {
            case .engine(let news):
                if let event = seats.take(news) { feed(event) }
            case .drain(let reason):
                drainRequests += 1
                feed(.drain(reason: reason))
            }
        }
    }

    private func takeControl() throws {
        guard let socket = control else { return }
        for event in socket.events() {
            guard control === socket else { return }
            take(event)
        }
        for _ in 0..<Self.budget {
            guard control === socket, let message = try socket.receive() else { return }
            do {
                let frame = try ControlFrame(message.parts.last ?? [])
                if let port = frame.artifactPort { try openArtifacts(port: port) }
                note(frame.message)
                feed(.received(frame.message))
            } catch let error as ControlFrame.MalformedFrame {
                logger.warning("passed over a message", metadata: ["worker.reason": "\(error.sentence)"])
            }
        }
    }

    private func take(_ event: SocketEvent) {
        switch event {
        case .handshakeSucceeded: feed(.connected)
        case .disconnected: feed(.disconnected)
        case .refused(let status) where status >= 400:
            let sentence =
                "the coordinator at \(configuration.coordinator) does not accept the key in "
                + "\(configuration.keyPath): it is unknown there or was revoked; make one with 'espalier keys add worker "
                + "\(configuration.name)' on the head node and copy it here"
            feed(.received(.refused(retry: false, sentence: sentence)))
        case .refused: feed(.disconnected)
        case .handshakeFailed:
            reachability.complaint =
                "something answers there, but not with the coordinator key in "
                + "\(configuration.keyPath); check the address, and that the key file is from this coordinator"
            feed(.disconnected)
        case .connected, .accepted, .acceptFailed, .connectRetried: break
        }
    }

    /// What a person following the log wants to know.
    private func note(_ message: CoordinatorMessage) {
        switch message {
        case .helloOK(_, let dropped):
            logger.info(
                "connected to the coordinator",
                metadata: ["worker.dropped": "\(dropped.count)", "worker.endpoint": "\(configuration.coordinator)"])
        case .refused(retry: true, let sentence):
            if let sentence = reachability.refused(sentence, retryAfter: refusedRetry, at: .now) {
                logger.warning("\(sentence)")
            }
        case .lease(let lease):
            logger.debug("leased", metadata: ["stage.key": "\(lease.lease.stage)", "stage.label": "\(lease.label)"])
        case .revoke(let lease, let reason):
            logger.info("revoked", metadata: ["stage.key": "\(lease.stage)", "worker.reason": "\(reason)"])
        case .resultAck(let lease, .refused):
            logger.warning("result refused by the coordinator", metadata: ["stage.key": "\(lease.stage)"])
        case .refused, .heartbeatAck, .resultAck, .helloAgain: break
        }
    }

    private func report() {
        if let sentence = reachability.report(
            isEstablished: session.isEstablished, endpoint: configuration.coordinator, at: .now)
        {
            logger.warning("\(sentence)")
        }
    }
}

/// How a worker process ends.
package struct WorkerExit: Hashable, Sendable {
    /// 0: all was handed back or handed in. 1: it was not, or the coordinator does not want this worker.
    package var code: Int32
    /// For the user.
    package var sentence: String
}
