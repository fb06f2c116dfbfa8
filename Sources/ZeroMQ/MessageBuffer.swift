internal import CZeroMQ
internal import Glibc

/// The one `zmq_msg_t` a socket receives through.
///
/// On the heap because libzmq forbids moving it. Frames are read with `zmq_msg_recv`, never `zmq_recv`, which
/// truncates and returns the untruncated length.
final class MessageBuffer {
    struct Received {
        var parts: [[UInt8]]
        /// From the last frame: the routing id's frame loses them in libzmq 4.3.4 when the message was prefetched.
        var userID: String?
        var address: String?
        /// More frames than the limit: only their end was looked for.
        var isOversize: Bool
    }

    private let message = UnsafeMutablePointer<zmq_msg_t>.allocate(capacity: 1)

    deinit {
        message.deallocate()
    }

    /// One whole message, or `nil` when there is none.
    func receive(from socket: UnsafeMutableRawPointer, limit: Int) throws(ZeroMQError) -> Received? {
        var received = Received(parts: [], userID: nil, address: nil, isOversize: false)
        while true {
            zmq_msg_init(message)
            defer { zmq_msg_close(message) }
            if zmq_msg_recv(message, socket, ZMQ_DONTWAIT) < 0 {
                switch zmq_errno() {
                case EAGAIN: return nil
                case EINTR: continue
                default: throw .last("receive a message")
                }
            }
            if received.parts.count < limit {
                received.parts.append(
                    Array(UnsafeRawBufferPointer(start: zmq_msg_data(message), count: zmq_msg_size(message))))
            } else {
                received.isOversize = true
            }
            if zmq_msg_more(message) == 0 {
                received.userID = property("User-Id")
                received.address = property("Peer-Address").map(Endpoint.normalised)
                return received
            }
        }
    }

    /// Copied at once: the pointer dies with the message.
    private func property(_ name: String) -> String? {
        zmq_msg_gets(message, name).map { String(cString: $0) }
    }
}
