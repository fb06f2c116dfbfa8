internal import CZeroMQ
internal import Glibc

/// A call into libzmq, or into the operating system on its behalf, that failed.
///
/// Would-block and an unknown peer are not errors but values of ``SendResult``; nothing to read is `nil`.
package struct ZeroMQError: Error, Hashable, CustomStringConvertible {
    /// What went wrong, as an `errno` value where libzmq gave one.
    package struct Code: Hashable, Sendable {
        package let rawValue: Int32

        package static let addressInUse = Code(rawValue: EADDRINUSE)
        package static let addressNotAvailable = Code(rawValue: EADDRNOTAVAIL)
        /// The interface named in the endpoint does not exist.
        package static let noSuchInterface = Code(rawValue: ENODEV)
        package static let permissionDenied = Code(rawValue: EACCES)
        package static let invalidEndpoint = Code(rawValue: EINVAL)
        package static let tooManyOpenFiles = Code(rawValue: EMFILE)
        /// The context or the socket has been closed.
        package static let terminated = Code(rawValue: ETERM)
        /// A frame is larger than the receiver accepts: sent, it would only cut the connection.
        package static let frameTooLarge = Code(rawValue: EMSGSIZE)
        /// Plain sockets are for loopback; a CURVE server needs `Loop.authenticate` first.
        package static let insecure = Code(rawValue: -1)
        package static let invalidKey = Code(rawValue: -2)
    }

    package let code: Code
    /// The operation in words, "bind" or "send".
    package let operation: String
    package let endpoint: String?
    /// What is wrong and what to do.
    package let message: String

    package var description: String {
        let place = endpoint.map { " \($0)" } ?? ""
        return "cannot \(operation)\(place): \(message)"
    }

    init(_ code: Code, operation: String, endpoint: String? = nil, message: String) {
        self.code = code
        self.operation = operation
        self.endpoint = endpoint
        self.message = message
    }

    /// The error of the call that has just returned -1 or NULL; call it at once, before anything else sets `errno`.
    static func last(_ operation: String, endpoint: String? = nil) -> ZeroMQError {
        let number = zmq_errno()
        let code = Code(rawValue: number)
        return ZeroMQError(
            code, operation: operation, endpoint: endpoint,
            message: remedy(code) ?? String(cString: zmq_strerror(number)))
    }

    static func malformed(_ endpoint: String, operation: String) -> ZeroMQError {
        ZeroMQError(
            .invalidEndpoint, operation: operation, endpoint: endpoint,
            message: "malformed address; write tcp://HOST:PORT")
    }

    private static func remedy(_ code: Code) -> String? {
        switch code {
        case .addressInUse: "another program already listens there; stop it or choose another port"
        case .addressNotAvailable: "this machine has no such address; use one of its own, or * for all"
        case .noSuchInterface: "no such host or network interface; check the spelling"
        case .permissionDenied: "permission denied; ports below 1024 need privileges, choose a higher one"
        case .tooManyOpenFiles: "too many open files; raise the limit with ulimit -n"
        case .terminated: "the socket is closed"
        default: nil
        }
    }
}
