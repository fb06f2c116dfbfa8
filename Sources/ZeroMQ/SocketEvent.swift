internal import CZeroMQ

/// What happened to a socket's connections. Names no peer: libzmq's monitor does not know routing ids.
package enum SocketEvent: Hashable, Sendable {
    /// A TCP connection is open; the handshake follows.
    case connected
    case accepted
    /// The operating system gave us no connection (`errno`): out of file descriptors, most often.
    case acceptFailed(code: Int)
    case disconnected
    /// The next attempt comes after this long.
    case connectRetried(milliseconds: Int)
    /// The peer is who it should be; messages flow.
    case handshakeSucceeded
    /// The authenticator said no: 400 for a key it does not know. A client stays dead until its socket is reopened.
    case refused(zapStatus: Int)
    /// Not the same security on both ends, or the server's key is not the expected one.
    case handshakeFailed(code: Int)

    static let mask =
        ZMQ_EVENT_CONNECTED | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_ACCEPT_FAILED | ZMQ_EVENT_DISCONNECTED
        | ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH
        | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL

    /// Reads a monitor's first frame: a 16-bit event and a 32-bit value in host order, packed.
    init?(frame: [UInt8]) {
        guard frame.count == 6 else { return nil }
        let (event, value) = frame.withUnsafeBytes {
            (Int32($0.loadUnaligned(as: UInt16.self)), Int($0.loadUnaligned(fromByteOffset: 2, as: UInt32.self)))
        }
        switch event {
        case ZMQ_EVENT_CONNECTED: self = .connected
        case ZMQ_EVENT_ACCEPTED: self = .accepted
        case ZMQ_EVENT_ACCEPT_FAILED: self = .acceptFailed(code: value)
        case ZMQ_EVENT_DISCONNECTED: self = .disconnected
        case ZMQ_EVENT_CONNECT_RETRIED: self = .connectRetried(milliseconds: value)
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: self = .handshakeSucceeded
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: self = .refused(zapStatus: value)
        case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL, ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
            self = .handshakeFailed(code: value)
        default: return nil
        }
    }
}
