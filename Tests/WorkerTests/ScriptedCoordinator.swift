import Artifacts
import Foundation
import Testing
import Wire
import ZeroMQ

/// A coordinator that says what a test tells it to: real sockets, CURVE, an artifact store, and no scheduling.
final class ScriptedCoordinator: Sendable {
    /// What it does without being told.
    struct Habits: Sendable {
        var acknowledgesResults = false
        /// Sent instead of a welcome.
        var refusal: WireRefused?
        var dropped: [WireLeaseStatus] = []
    }

    struct Silence: Error {}

    let port: Int
    private let reactor: Reactor
    private let outbox: Mailbox<WireFromCoordinator>
    private let heard: AsyncStream<WireToCoordinator>

    var endpoint: String { "tcp://127.0.0.1:\(port)" }

    /// - Parameters:
    ///   - admits: The one key that may connect.
    ///   - port: 0 lets the system choose.
    init(
        keypair: CurveKeypair, admits: CurveKey, store: ArtifactStore, port: Int = 0, habits: Habits = Habits()
    ) async throws {
        let reactor = try Reactor(name: "scripted coordinator")
        let outbox = Mailbox<WireFromCoordinator>(waking: reactor)
        let (heard, ear) = AsyncStream.makeStream(of: WireToCoordinator.self)
        let (ports, portTeller) = AsyncStream.makeStream(of: Int.self)
        reactor.start { loop in
            defer {
                ear.finish()
                portTeller.finish()
            }
            try loop.authenticate { key, _, _ in key == admits ? .allow(userID: "worker") : .deny(reason: "unknown") }
            let options = SocketOptions.router(.server(keypair, domain: "test"))
            let control = try loop.router(bind: "tcp://127.0.0.1:\(port == 0 ? "*" : String(port))", options)
            let files = try loop.router(bind: "tcp://127.0.0.1:*", options)
            portTeller.yield(control.boundPort)
            let server = ArtifactServer(store: store)
            var peer: [UInt8]?
            func say(_ message: WireFromCoordinator) throws {
                var message = message
                message.protocolVersion = WireProtocol.version
                if let peer { _ = try control.send([peer, message.frame]) }
            }
            while !loop.isStopping {
                try loop.wait(for: [control, files], until: nil)
                while let request = try files.receive() {
                    for reply in server.handle(frame: request.parts[1], from: request.parts[0], at: .now) {
                        _ = try files.send([request.parts[0], reply])
                    }
                }
                while let message = try control.receive() {
                    peer = message.parts[0]
                    let envelope = try WireToCoordinator(frame: message.parts[1])
                    for answer in Self.answers(to: envelope, habits: habits, artifactPort: files.boundPort) {
                        try say(answer)
                    }
                    ear.yield(envelope)
                }
                for message in outbox.drain() { try say(message) }
            }
        }
        self.reactor = reactor
        self.outbox = outbox
        self.heard = heard
        self.port = await ports.first { _ in true } ?? 0
    }

    func say(_ fill: (inout WireFromCoordinator) -> Void) {
        var message = WireFromCoordinator()
        fill(&message)
        outbox.post(message)
    }

    func stop() async throws {
        reactor.stop()
        try await reactor.join()
    }

    /// The first message from here on that the closure makes something of.
    func next<Value: Sendable>(_ pick: (WireToCoordinator.OneOf_Body) -> Value?) async throws -> Value {
        for await message in heard {
            if let body = message.body, let value = pick(body) { return value }
        }
        throw Silence()
    }

    // MARK: - What tests wait for

    func hello() async throws -> WireHello {
        try await next { if case .hello(let hello) = $0 { hello } else { nil } }
    }

    func heartbeat(where condition: (WireHeartbeat) -> Bool = { _ in true }) async throws -> WireHeartbeat {
        try await next { if case .heartbeat(let beat) = $0, condition(beat) { beat } else { nil } }
    }

    func result() async throws -> WireStageResult {
        try await next { if case .result(let result) = $0 { result } else { nil } }
    }

    func failure() async throws -> WireStageFailure {
        try await next { if case .failure(let failure) = $0 { failure } else { nil } }
    }

    private static func answers(
        to envelope: WireToCoordinator, habits: Habits, artifactPort: Int
    ) -> [WireFromCoordinator] {
        var answer = WireFromCoordinator()
        switch envelope.body {
        case .hello:
            if let refusal = habits.refusal {
                answer.refused = refusal
            } else {
                answer.helloOk.heartbeatSeconds = 0.2
                answer.helloOk.leaseSeconds = 2
                answer.helloOk.artifactPort = UInt32(artifactPort)
                answer.helloOk.dropped = habits.dropped
            }
        case .heartbeat: answer.heartbeatAck = WireHeartbeatAck()
        case .result(let result):
            guard habits.acknowledgesResults else { return [] }
            answer.resultAck.stageKey = result.stageKey
            answer.resultAck.epoch = result.epoch
            answer.resultAck.verdict = "accepted"
        default: return []
        }
        return [answer]
    }
}
