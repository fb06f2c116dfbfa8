internal import CZeroMQ
internal import Glibc

/// The answer to "may this key connect?".
package enum ZAPDecision: Hashable, Sendable {
    /// Admitted; every message of the connection carries this as its user id.
    case allow(userID: String)
    /// Refused with status 400. The reason stays here: the client learns only the status.
    case deny(reason: String)
}

/// The context's ZAP handler (RFC 27): libzmq asks it about every CURVE connection before a message passes.
final class Authenticator {
    static let address = "inproc://zeromq.zap.01"

    let handle: UnsafeMutableRawPointer
    private let message = MessageBuffer()
    private let decide: (CurveKey, String, String) -> ZAPDecision

    init(
        context: UnsafeMutableRawPointer, decide: @escaping (CurveKey, String, String) -> ZAPDecision
    ) throws(ZeroMQError) {
        guard let handle = zmq_socket(context, ZMQ_REP) else { throw .last("open the authenticator") }
        var none: Int32 = 0
        zmq_setsockopt(handle, ZMQ_LINGER, &none, MemoryLayout<Int32>.size)
        guard zmq_bind(handle, Self.address) == 0 else {
            let error = ZeroMQError.last("open the authenticator")
            zmq_close(handle)
            throw error
        }
        self.handle = handle
        self.decide = decide
    }

    /// Answers every request that waits.
    func serve() throws(ZeroMQError) {
        while let request = try message.receive(from: handle, limit: 16) {
            try reply(to: request.parts)
        }
    }

    func close() {
        zmq_close(handle)
    }

    /// Frames: version, request id, domain, address, routing id, mechanism, credentials.
    private func reply(to request: [[UInt8]]) throws(ZeroMQError) {
        let id = request.count > 1 ? request[1] : []
        switch decision(on: request) {
        case .allow(let userID): try send(id, status: "200", text: "OK", userID: userID)
        case .deny(let reason): try send(id, status: "400", text: reason, userID: "")
        }
    }

    private func decision(on request: [[UInt8]]) -> ZAPDecision {
        guard request.count == 7, request[0] == Array("1.0".utf8), request[5] == Array("CURVE".utf8),
            let key = CurveKey(bytes: request[6])
        else { return .deny(reason: "not a CURVE request of ZAP 1.0") }
        let domain = String(decoding: request[2], as: UTF8.self)
        let address = String(decoding: request[3], as: UTF8.self)
        return decide(key, domain, Endpoint.normalised(address: address))
    }

    private func send(_ id: [UInt8], status: String, text: String, userID: String) throws(ZeroMQError) {
        let frames = [Array("1.0".utf8), id, Array(status.utf8), Array(text.utf8), Array(userID.utf8), []]
        for (index, frame) in frames.enumerated() {
            let flags = index < frames.count - 1 ? ZMQ_SNDMORE : 0
            while zmq_send(handle, frame, frame.count, flags) < 0 {
                guard zmq_errno() == EINTR else { throw .last("answer an authentication request") }
            }
        }
    }
}
