internal import CZeroMQ

/// Collects one socket's events from the PAIR that libzmq writes them to.
///
/// libzmq's I/O thread blocks on a full monitor, so this end takes any number and the loop empties it at every wait;
/// what nobody asks for is forgotten, oldest first.
final class SocketMonitor {
    static let capacity = 4096

    let handle: UnsafeMutableRawPointer
    private let message = MessageBuffer()
    private var events: [SocketEvent] = []

    init(of socket: UnsafeMutableRawPointer, context: UnsafeMutableRawPointer, address: String) throws(ZeroMQError) {
        guard zmq_socket_monitor(socket, address, SocketEvent.mask) == 0 else { throw .last("monitor a socket") }
        guard let handle = zmq_socket(context, ZMQ_PAIR) else { throw .last("monitor a socket") }
        var unlimited: Int32 = 0
        zmq_setsockopt(handle, ZMQ_RCVHWM, &unlimited, MemoryLayout<Int32>.size)
        zmq_setsockopt(handle, ZMQ_LINGER, &unlimited, MemoryLayout<Int32>.size)
        guard zmq_connect(handle, address) == 0 else {
            let error = ZeroMQError.last("monitor a socket")
            zmq_close(handle)
            throw error
        }
        self.handle = handle
    }

    /// Empties the PAIR; true if there was something new.
    func collect() -> Bool {
        var isNew = false
        // A monitor that fails has nothing more to say: the socket itself reports what matters.
        while let parts = try? message.receive(from: handle, limit: 2)?.parts {
            guard let event = parts.first.flatMap(SocketEvent.init(frame:)) else { continue }
            if events.count == Self.capacity { events.removeFirst() }
            events.append(event)
            isNew = true
        }
        return isNew
    }

    func drain() -> [SocketEvent] {
        _ = collect()
        defer { events = [] }
        return events
    }

    func close() {
        zmq_close(handle)
    }
}
