internal import CZeroMQ
internal import Glibc
internal import Synchronization

/// An eventfd that ends another thread's poll. Any number of signals before the poll returns are one.
final class WakeUp: Sendable {
    let descriptor: Int32
    private let pending = Atomic(false)

    init() throws(ZeroMQError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw .last("create a wake-up descriptor") }
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// Any thread. Writes only when nobody has since the last ``acknowledge()``.
    func signal() {
        guard !pending.exchange(true, ordering: .sequentiallyConsistent) else { return }
        var one: UInt64 = 1
        while write(descriptor, &one, 8) < 0, errno == EINTR {}
    }

    /// The polling thread, before it looks at what was posted. The counter is emptied before the flag falls: the other
    /// way round a signal between the two would be swallowed, and all later ones with it.
    func acknowledge() {
        var count: UInt64 = 0
        while read(descriptor, &count, 8) < 0, errno == EINTR {}
        pending.store(false, ordering: .sequentiallyConsistent)
    }
}
