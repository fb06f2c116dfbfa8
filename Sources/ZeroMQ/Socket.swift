internal import CZeroMQ
internal import Glibc

/// What became of a message given to `Socket.send`. None of them says that it arrived: only an answer does.
package enum SendResult: Hashable, Sendable {
    /// Queued for the peer.
    case sent
    /// The peer's queue is full, or (DEALER) nobody is connected: try again later.
    case wouldBlock
    /// ROUTER: no peer has this routing id now.
    case unroutable
}

/// A message with what the transport knows about its sender.
package struct ReceivedMessage: Sendable {
    /// The frames; from a ROUTER the first is the sender's routing id, new after every reconnection.
    package let parts: [[UInt8]]
    /// What the authenticator called the sender's key; `nil` without CURVE.
    package let userID: String?
    /// The sender's IP address; IPv4 in its own notation also on an IPv6 socket.
    package let address: String?
}

/// A ROUTER or DEALER on the reactor's thread. Nothing here blocks.
package final class Socket {
    private(set) var handle: UnsafeMutableRawPointer?
    let monitor: SocketMonitor
    /// As given; ``boundEndpoint`` has the real port.
    package let endpoint: String
    private let options: SocketOptions
    private let message = MessageBuffer()
    private let thread = pthread_self()

    /// Received messages with more frames than allowed, drained and dropped.
    package private(set) var droppedMessages = 0

    init(
        handle: UnsafeMutableRawPointer, monitor: SocketMonitor, endpoint: String, options: SocketOptions
    ) {
        self.handle = handle
        self.monitor = monitor
        self.endpoint = endpoint
        self.options = options
    }

    deinit {
        assert(handle == nil, "a socket for \(endpoint) outlived its loop")
    }

    var isClosed: Bool { handle == nil }

    /// The endpoint with the port the system chose: `tcp://127.0.0.1:41233`. Empty once closed.
    package var boundEndpoint: String {
        guard let handle else { return "" }
        var text = [CChar](repeating: 0, count: 1024)
        var count = text.count
        guard zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, &text, &count) == 0, count > 0 else { return "" }
        return String(decoding: text.prefix(count - 1).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            .replacing("[::ffff:127.0.0.1]", with: "127.0.0.1")
    }

    /// The port of ``boundEndpoint``; 0 once closed.
    package var boundPort: Int {
        boundEndpoint.split(separator: ":").last.flatMap { Int($0) } ?? 0
    }

    /// Queues one message; to a ROUTER the first part is the receiver's routing id.
    package func send(_ parts: [[UInt8]]) throws(ZeroMQError) -> SendResult {
        precondition(!parts.isEmpty, "a message has at least one frame")
        let handle = try open("send")
        if let large = parts.first(where: { $0.count > options.maximumFrame }) {
            throw ZeroMQError(
                .frameTooLarge, operation: "send to", endpoint: endpoint,
                message: "a frame of \(large.count) bytes exceeds the limit of \(options.maximumFrame); split it")
        }
        for (index, part) in parts.enumerated() {
            let flags = ZMQ_DONTWAIT | (index < parts.count - 1 ? ZMQ_SNDMORE : 0)
            while zmq_send(handle, part, part.count, flags) < 0 {
                switch zmq_errno() {
                case EINTR: continue
                case EAGAIN: return .wouldBlock
                case EHOSTUNREACH: return .unroutable
                default: throw .last("send to", endpoint: endpoint)
                }
            }
        }
        return .sent
    }

    /// The next message. `nil` when there is none, or when the one that was there had too many frames and was dropped:
    /// a wait tells the two apart.
    package func receive() throws(ZeroMQError) -> ReceivedMessage? {
        let handle = try open("receive")
        guard let received = try message.receive(from: handle, limit: options.maximumParts) else { return nil }
        if received.isOversize {
            droppedMessages += 1
            return nil
        }
        return ReceivedMessage(parts: received.parts, userID: received.userID, address: received.address)
    }

    /// Everything that happened to the connections since the last call, the oldest 4096 at most.
    package func events() -> [SocketEvent] {
        isClosed ? [] : monitor.drain()
    }

    /// Idempotent; the loop closes what the body leaves open.
    package func close() {
        guard let handle else { return }
        assert(pthread_equal(thread, pthread_self()) != 0, "a socket was closed on another thread than its reactor's")
        self.handle = nil
        zmq_socket_monitor(handle, nil, 0)
        monitor.close()
        zmq_close(handle)
    }

    /// Forgets what is queued when the socket is closed.
    func dropQueued() {
        var none: Int32 = 0
        if let handle { zmq_setsockopt(handle, ZMQ_LINGER, &none, MemoryLayout<Int32>.size) }
    }

    private func open(_ operation: String) throws(ZeroMQError) -> UnsafeMutableRawPointer {
        assert(pthread_equal(thread, pthread_self()) != 0, "a socket was used on another thread than its reactor's")
        guard let handle else {
            throw ZeroMQError(.terminated, operation: operation, endpoint: endpoint, message: "the socket is closed")
        }
        return handle
    }
}
