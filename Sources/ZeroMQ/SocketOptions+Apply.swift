internal import CZeroMQ

extension UnsafeMutableRawPointer {
    /// Sets a socket handle's options; before it is bound or connected.
    func apply(_ options: SocketOptions, type: Int32, endpoint: String) throws(ZeroMQError) {
        let numbers: [(Int32, Int)] = [
            (ZMQ_SNDHWM, options.sendHighWater),
            (ZMQ_RCVHWM, options.receiveHighWater),
            (ZMQ_LINGER, options.linger.wholeMilliseconds),
            (ZMQ_HEARTBEAT_IVL, options.heartbeat.wholeMilliseconds),
            (ZMQ_HEARTBEAT_TIMEOUT, options.heartbeatTimeout.wholeMilliseconds),
            // The peer cuts the connection too when nothing of ours comes through for this long.
            (ZMQ_HEARTBEAT_TTL, options.heartbeatTimeout.wholeMilliseconds),
            (ZMQ_HANDSHAKE_IVL, options.handshakeTimeout.wholeMilliseconds),
            (ZMQ_RECONNECT_IVL, options.reconnect.wholeMilliseconds),
            (ZMQ_RECONNECT_IVL_MAX, options.reconnectMaximum.wholeMilliseconds),
            (ZMQ_CONNECT_TIMEOUT, options.connectTimeout.wholeMilliseconds),
            (ZMQ_BACKLOG, options.backlog),
            (ZMQ_IPV6, 1),
            (ZMQ_TCP_KEEPALIVE, 1),
            (ZMQ_TCP_KEEPALIVE_IDLE, 60),
            (ZMQ_TCP_KEEPALIVE_INTVL, 10),
            (ZMQ_TCP_KEEPALIVE_CNT, 3),
        ]
        for (option, value) in numbers { try set(option, Int32(clamping: value), endpoint) }
        try set(ZMQ_MAXMSGSIZE, Int64(options.maximumFrame), endpoint)
        if type == ZMQ_ROUTER {
            // Without it a message to a peer that is gone or full is lost without a word.
            try set(ZMQ_ROUTER_MANDATORY, Int32(1), endpoint)
        } else {
            // Nothing queues for a coordinator that is not there.
            try set(ZMQ_IMMEDIATE, Int32(1), endpoint)
        }
        try apply(options.security, endpoint)
    }

    private func apply(_ security: Security, _ endpoint: String) throws(ZeroMQError) {
        switch security {
        case .plain: return
        case .server(let keys, let domain):
            try set(ZMQ_CURVE_SERVER, Int32(1), endpoint)
            try set(ZMQ_CURVE_SECRETKEY, keys.secretKey.bytes, endpoint)
            try set(ZMQ_ZAP_DOMAIN, Array(domain.utf8), endpoint)
        case .client(let keys, let server):
            try set(ZMQ_CURVE_SERVERKEY, server.bytes, endpoint)
            try set(ZMQ_CURVE_PUBLICKEY, keys.publicKey.bytes, endpoint)
            try set(ZMQ_CURVE_SECRETKEY, keys.secretKey.bytes, endpoint)
        }
    }

    private func set<Number: FixedWidthInteger>(
        _ option: Int32, _ value: Number, _ endpoint: String
    ) throws(ZeroMQError) {
        var value = value
        guard zmq_setsockopt(self, option, &value, MemoryLayout<Number>.size) == 0 else {
            throw .last("set option \(option) of", endpoint: endpoint)
        }
    }

    private func set(_ option: Int32, _ bytes: [UInt8], _ endpoint: String) throws(ZeroMQError) {
        guard zmq_setsockopt(self, option, bytes, bytes.count) == 0 else {
            throw .last("set option \(option) of", endpoint: endpoint)
        }
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int { Int(self / .milliseconds(1)) }
}
