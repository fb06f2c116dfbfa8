import Synchronization
import ZeroMQ

/// Nothing came within ten seconds.
struct TimedOut: Error {}

/// Runs a body on a reactor of its own and returns what it returned.
func onReactor<Value: Sendable>(_ body: @escaping @Sendable (Loop) throws -> Value) async throws -> Value {
    let reactor = try Reactor(name: "test")
    let value = Mutex<Value?>(nil)
    reactor.start { loop in
        let result = try body(loop)
        value.withLock { $0 = result }
    }
    try await reactor.joinOrStop()
    guard let value = value.withLock({ $0 }) else { throw TimedOut() }
    return value
}

extension Reactor {
    /// Joins; a test over its time limit stops the body instead of hanging.
    func joinOrStop() async throws {
        try await withTaskCancellationHandler {
            try await join()
        } onCancel: {
            stop()
        }
    }
}

extension Loop {
    /// Waits until `condition` has a value.
    func until<Value>(_ sockets: [Socket], _ condition: () throws -> Value?) throws -> Value {
        let deadline = now + .seconds(10)
        while now < deadline, !isStopping {
            if let value = try condition() { return value }
            try wait(for: sockets, until: min(deadline, now + .milliseconds(200)))
        }
        throw TimedOut()
    }

    /// The next message on the first socket, while the loop serves them all.
    func receive(on socket: Socket, serving others: [Socket] = []) throws -> ReceivedMessage {
        try until([socket] + others) { try socket.receive() }
    }

    /// Sends once the peer is there.
    func deliver(_ parts: [[UInt8]], from socket: Socket, serving others: [Socket] = []) throws {
        _ = try until([socket] + others) { try socket.send(parts) == .sent ? true : nil }
    }

    /// The first event that satisfies the condition.
    func event(
        on socket: Socket, serving others: [Socket] = [], _ condition: (SocketEvent) -> Bool
    ) throws
        -> SocketEvent
    {
        try until([socket] + others) { socket.events().first(where: condition) }
    }

    /// Everything that happens to the socket from now on until the time is over.
    func events(on socket: Socket, during time: Duration, serving others: [Socket] = []) throws -> [SocketEvent] {
        let deadline = now + time
        var events: [SocketEvent] = []
        while now < deadline {
            try wait(for: [socket] + others, until: deadline)
            events += socket.events()
        }
        return events
    }
}

/// The keys of a coordinator and one worker.
struct Keys: Sendable {
    let server: CurveKeypair
    let client: CurveKeypair

    init() throws {
        server = try .generate()
        client = try .generate()
    }

    var router: SocketOptions { .router(.server(server, domain: "control")) }

    func dealer(as keypair: CurveKeypair? = nil, server: CurveKey? = nil) -> SocketOptions {
        var options = SocketOptions.dealer(.client(keypair ?? client, server: server ?? self.server.publicKey))
        options.reconnect = .milliseconds(50)
        options.linger = .zero
        return options
    }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
