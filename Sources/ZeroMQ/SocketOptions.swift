/// How a socket's connections are protected.
package enum Security: Sendable {
    /// CURVE, our end authenticates the others: needs `Loop.authenticate` first. The domain tells the decision which
    /// of several sockets is asked for.
    case server(CurveKeypair, domain: String)
    /// CURVE, our end proves who it is and accepts no other server than this key's owner.
    case client(CurveKeypair, server: CurveKey)
    /// Readable by anyone on the way: loopback and inproc only, anything else is refused.
    case plain
}

/// The settings of one socket; start from ``router(_:)`` or ``dealer(_:)``.
package struct SocketOptions: Sendable {
    package var security: Security
    /// Messages queued per peer before a send would block.
    package var sendHighWater: Int
    /// Messages queued per peer before its connection is left unread.
    package var receiveHighWater: Int
    /// The largest frame in bytes, sent or received. libzmq cuts the connection of a peer that sends a larger one.
    package var maximumFrame: Int
    /// The most frames in a received message, routing id included. libzmq has no such limit, and its high-water
    /// marks count messages, not frames.
    package var maximumParts: Int
    /// How long closing waits for queued messages to leave.
    package var linger: Duration
    /// Between pings on a silent connection; zero turns them off. They prove only that the peer's I/O thread lives.
    package var heartbeat: Duration
    /// A connection silent for this long is cut, by either end.
    package var heartbeatTimeout: Duration
    /// A connection that has not finished its handshake by then is cut.
    package var handshakeTimeout: Duration
    /// Before a lost connection is tried again; doubled each time up to the maximum.
    package var reconnect: Duration
    package var reconnectMaximum: Duration
    /// One attempt to connect.
    package var connectTimeout: Duration
    /// Connections the kernel holds for us before we accept them: a whole cluster may start at once.
    package var backlog: Int

    /// The coordinator's end: 64 messages out and 1000 in per peer, frames of 4 MiB, 8 parts, nothing kept on closing,
    /// pings every 5 s, silent peers cut after 15 s.
    package static func router(_ security: Security) -> SocketOptions {
        SocketOptions(security: security, sendHighWater: 64, receiveHighWater: 1000, linger: .zero)
    }

    /// A worker's or operator's end: 64 messages each way, frames of 4 MiB, 8 parts, two seconds to deliver what is
    /// queued on closing, reconnects after 0.5 s backing off to 30 s.
    package static func dealer(_ security: Security) -> SocketOptions {
        SocketOptions(security: security, sendHighWater: 64, receiveHighWater: 64, linger: .seconds(2))
    }

    private init(security: Security, sendHighWater: Int, receiveHighWater: Int, linger: Duration) {
        self.security = security
        self.sendHighWater = sendHighWater
        self.receiveHighWater = receiveHighWater
        self.linger = linger
        maximumFrame = 4 << 20
        maximumParts = 8
        heartbeat = .seconds(5)
        heartbeatTimeout = .seconds(15)
        handshakeTimeout = .seconds(5)
        reconnect = .milliseconds(500)
        reconnectMaximum = .seconds(30)
        connectTimeout = .seconds(5)
        backlog = 1024
    }
}
