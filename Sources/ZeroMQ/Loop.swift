internal import CZeroMQ
internal import Glibc

/// The reactor's thread seen from inside: opens sockets and waits for them.
///
/// Not Sendable: it lives and dies on the reactor's thread.
package final class Loop {
    private let reactor: Reactor
    private let context: UnsafeMutableRawPointer
    private var sockets: [Socket] = []
    private var authenticator: Authenticator?
    private var opened = 0

    init(reactor: Reactor) throws(ZeroMQError) {
        guard let context = zmq_ctx_new() else { throw .last("create a ZeroMQ context") }
        self.reactor = reactor
        self.context = context
    }

    /// True once `Reactor.stop()` was called. Waiting still works then, so that a body can say good-bye.
    package var isStopping: Bool { reactor.isStopping }

    package var now: ContinuousClock.Instant { .now }

    /// Opens a ROUTER that accepts connections at `tcp://*:7733`, `tcp://127.0.0.1:*` (any free port) and the like.
    package func router(bind endpoint: String, _ options: SocketOptions) throws(ZeroMQError) -> Socket {
        try open(ZMQ_ROUTER, endpoint, options, operation: "listen on") { zmq_bind($0, endpoint) }
    }

    /// Opens a DEALER that connects, and reconnects for ever, except where the other end refused it: then it stays
    /// dead (a ``SocketEvent`` says so) and must be closed and opened again.
    package func dealer(connect endpoint: String, _ options: SocketOptions) throws(ZeroMQError) -> Socket {
        try open(ZMQ_DEALER, endpoint, options, operation: "connect to") { zmq_connect($0, endpoint) }
    }

    /// Decides which keys the CURVE servers of this loop admit (ZAP, RFC 27); must precede them.
    ///
    /// The decision is asked once a connection, inside ``wait(for:until:)``. Connections already admitted stay: a
    /// revoked key must be looked for in every message's user id.
    package func authenticate(
        _ decide: @escaping (_ key: CurveKey, _ domain: String, _ address: String) -> ZAPDecision
    ) throws(ZeroMQError) {
        precondition(authenticator == nil, "a loop has one authenticator")
        authenticator = try Authenticator(context: context, decide: decide)
    }

    /// Returns when one of the sockets is readable, any socket of the loop has events, `wake()` or `stop()` was
    /// called, or the deadline passed.
    package func wait(for sockets: [Socket], until deadline: ContinuousClock.Instant?) throws(ZeroMQError) {
        while true {
            if try poll(sockets, until: deadline) { return }
            if let deadline, deadline <= now { return }
        }
    }

    /// Closes everything. Queued messages are given their socket's linger time if `delivering`, else dropped.
    func shutDown(delivering: Bool) {
        for socket in sockets {
            if !delivering { socket.dropQueued() }
            socket.close()
        }
        sockets = []
        authenticator?.close()
        while zmq_ctx_term(context) != 0, zmq_errno() == EINTR {}
    }

    // MARK: - Waiting

    /// True if there is something for the body to do.
    private func poll(_ sockets: [Socket], until deadline: ContinuousClock.Instant?) throws(ZeroMQError) -> Bool {
        let monitored = self.sockets.filter { !$0.isClosed }
        let readable = sockets.compactMap(\.handle)
        var items = [zmq_pollitem_t(socket: nil, fd: reactor.wakeUp.descriptor, events: Int16(ZMQ_POLLIN), revents: 0)]
        for handle in [authenticator?.handle].compactMap(\.self) + monitored.map(\.monitor.handle) + readable {
            items.append(zmq_pollitem_t(socket: handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0))
        }
        guard zmq_poll(&items, Int32(items.count), timeout(until: deadline)) >= 0 else {
            if zmq_errno() == EINTR { return false }
            throw .last("wait for messages")
        }
        let woken = items[0].revents != 0
        if woken { reactor.wakeUp.acknowledge() }
        try authenticator?.serve()
        var hasNews = items.suffix(readable.count).contains { $0.revents != 0 }
        for socket in monitored where socket.monitor.collect() { hasNews = true }
        return woken || hasNews
    }

    /// Whole milliseconds, rounded up so that a wait never ends before its deadline.
    private func timeout(until deadline: ContinuousClock.Instant?) -> Int {
        guard let deadline else { return -1 }
        let remaining = max(now.duration(to: deadline), .zero)
        return Int((remaining / .milliseconds(1)).rounded(.up).clamped(to: 0...86_400_000))
    }

    // MARK: - Opening

    private func open(
        _ type: Int32, _ endpoint: String, _ options: SocketOptions, operation: String,
        _ attach: (UnsafeMutableRawPointer) -> Int32
    ) throws(ZeroMQError) -> Socket {
        guard Endpoint.isWellFormed(endpoint) else {
            throw .malformed(endpoint, operation: operation)
        }
        try check(options.security, endpoint, operation)
        guard let handle = zmq_socket(context, type) else { throw .last("open a socket for", endpoint: endpoint) }
        opened += 1
        let socket: Socket
        do {
            try handle.apply(options, type: type, endpoint: endpoint)
            let monitor = try SocketMonitor(of: handle, context: context, address: "inproc://monitor-\(opened)")
            socket = Socket(handle: handle, monitor: monitor, endpoint: endpoint, options: options)
        } catch {
            zmq_close(handle)
            throw error
        }
        guard attach(handle) == 0 else {
            let error = ZeroMQError.last(operation, endpoint: endpoint)
            socket.close()
            throw error
        }
        sockets.removeAll(where: \.isClosed)
        sockets.append(socket)
        return socket
    }

    private func check(_ security: Security, _ endpoint: String, _ operation: String) throws(ZeroMQError) {
        switch security {
        case .plain where !Endpoint.isLocal(endpoint):
            throw ZeroMQError(
                .insecure, operation: operation, endpoint: endpoint,
                message: "a plain socket would be readable on the network; use CURVE keys or a loopback address")
        case .server where authenticator == nil:
            throw ZeroMQError(
                .insecure, operation: operation, endpoint: endpoint,
                message: "without an authenticator any key would be admitted; call authenticate first")
        default: return
        }
    }
}

extension Double {
    fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
        min(max(self, range.lowerBound), range.upperBound)
    }
}
