internal import CZeroMQ

/// The libzmq this program is linked to.
package struct ZeroMQLibrary: Sendable {
    /// "4.3.4".
    package let version: String
    /// Whether it was built with libsodium or tweetnacl; without CURVE Espalier cannot run.
    package let hasCurve: Bool

    package static var current: ZeroMQLibrary {
        var (major, minor, patch): (CInt, CInt, CInt) = (0, 0, 0)
        zmq_version(&major, &minor, &patch)
        return ZeroMQLibrary(version: "\(major).\(minor).\(patch)", hasCurve: zmq_has("curve") == 1)
    }
}
