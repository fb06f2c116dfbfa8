import Foundation
import Sweep
import SwiftProtobuf
import Wire
import ZeroMQ

/// The connection was closed, or the test's time is over.
struct NothingCame: Error {}

/// The worker's end of a control connection, moved by hand from the test.
final class ScriptedWorker: Sendable {
    let name: String
    private let reactor: Reactor
    private let outgoing: Mailbox<[[UInt8]]>
    private let messages: AsyncStream<WireFromCoordinator>
    private let iterator: Iterator
    let events: AsyncStream<SocketEvent>

    /// Only ever used from the one task of a test.
    private final class Iterator: @unchecked Sendable {
        // Safety: see above.
        var value: AsyncStream<WireFromCoordinator>.Iterator
        init(_ stream: AsyncStream<WireFromCoordinator>) { value = stream.makeAsyncIterator() }
    }

    convenience init(_ keyFile: KeyFile, _ endpoint: String) throws {
        let security = Security.client(try keyFile.keypair, server: try keyFile.coordinator)
        try self.init(name: keyFile.name, security: security, endpoint)
    }

    init(name: String, security: Security, _ endpoint: String) throws {
        self.name = name
        reactor = try Reactor(name: "test-worker")
        outgoing = Mailbox(waking: reactor)
        let (messages, inbox) = AsyncStream.makeStream(of: WireFromCoordinator.self)
        let (events, eventbox) = AsyncStream.makeStream(of: SocketEvent.self)
        self.messages = messages
        self.events = events
        iterator = Iterator(messages)
        var options = SocketOptions.dealer(security)
        options.linger = .zero
        options.reconnect = .milliseconds(20)
        options.reconnectMaximum = .milliseconds(100)
        reactor.start { [outgoing, options] loop in
            defer {
                inbox.finish()
                eventbox.finish()
            }
            let socket = try loop.dealer(connect: endpoint, options)
            var waiting: [[[UInt8]]] = []
            while !loop.isStopping {
                try loop.wait(for: [socket], until: waiting.isEmpty ? nil : loop.now + .milliseconds(20))
                waiting += outgoing.drain()
                for event in socket.events() { eventbox.yield(event) }
                while let parts = waiting.first, try socket.send(parts) == .sent { waiting.removeFirst() }
                while let message = try socket.receive() {
                    inbox.yield(try WireFromCoordinator(serializedBytes: message.parts[0]))
                }
            }
        }
    }

    func close() async throws {
        reactor.stop()
        try await reactor.join()
    }

    // MARK: - Saying

    func send(_ body: WireToCoordinator.OneOf_Body, version: UInt32 = WireProtocol.version) throws {
        let envelope = WireToCoordinator.with {
            $0.protocolVersion = version
            $0.body = body
        }
        outgoing.post([try envelope.serializedBytes()])
    }

    func send(raw parts: [[UInt8]]) { outgoing.post(parts) }

    func hello(as name: String? = nil, running: [WireLease] = [], version: UInt32 = WireProtocol.version) throws {
        let hello = WireHello.with {
            $0.worker = name ?? self.name
            $0.session = "session of \(self.name)"
            $0.slots = 4
            $0.running = running.map(\.status)
        }
        try send(.hello(hello), version: version)
    }

    func heartbeat(credit: UInt32, running: [WireLease] = []) throws {
        let heartbeat = WireHeartbeat.with {
            $0.credit = credit
            $0.running = running.map(\.status)
        }
        try send(.heartbeat(heartbeat))
    }

    func result(of lease: WireLease, accuracy: Double = 0.9, artifacts: [ArtifactReference] = []) throws {
        let result = WireStageResult.with {
            $0.stageKey = lease.stageKey
            $0.epoch = lease.epoch
            $0.outcome.status = "ok"
            $0.outcome.measures = ["test_accuracy": accuracy]
            $0.outcome.seconds = 1
            $0.outcome.artifacts = artifacts.map { artifact in
                .with {
                    $0.role = artifact.role
                    $0.sha256 = artifact.sha256
                    $0.size = artifact.size
                }
            }
        }
        try send(.result(result))
    }

    // MARK: - Hearing

    /// The next message, of whatever kind.
    func next() async throws -> WireFromCoordinator.OneOf_Body {
        guard let message = await iterator.value.next(), let body = message.body else { throw NothingCame() }
        return body
    }

    /// The next message of a kind; others before it are passed over.
    func next<Value>(_ match: (WireFromCoordinator.OneOf_Body) -> Value?) async throws -> Value {
        while true { if let value = match(try await next()) { return value } }
    }

    func lease() async throws -> WireLease { try await next { if case .lease(let lease) = $0 { lease } else { nil } } }

    func ack() async throws -> WireResultAck {
        try await next { if case .resultAck(let ack) = $0 { ack } else { nil } }
    }

    func refused() async throws -> WireRefused {
        try await next { if case .refused(let refused) = $0 { refused } else { nil } }
    }

    @discardableResult
    func welcome() async throws -> WireHelloOK {
        try await next { if case .helloOk(let welcome) = $0 { welcome } else { nil } }
    }

    /// Everything up to the answer to a heartbeat sent now.
    func untilHeartbeat() async throws -> [WireFromCoordinator.OneOf_Body] {
        try heartbeat(credit: 0)
        var seen: [WireFromCoordinator.OneOf_Body] = []
        while true {
            let body = try await next()
            if case .heartbeatAck = body { return seen }
            seen.append(body)
        }
    }
}

extension WireLease {
    var status: WireLeaseStatus {
        .with {
            $0.stageKey = stageKey
            $0.epoch = epoch
        }
    }
}
