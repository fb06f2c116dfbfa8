internal import Foundation
internal import Synchronization

/// A thread that owns a ZeroMQ context and all its sockets.
///
/// libzmq aborts the process when two threads touch one socket, and its calls block: so neither ever leaves this
/// thread. The body given to ``start(_:)`` is an explicit loop around `Loop.wait`; other threads reach it through a
/// ``Mailbox``.
package final class Reactor: Sendable {
    private enum Phase {
        case idle
        case running([CheckedContinuation<Void, any Error>])
        case ended(Result<Void, any Error>)
    }

    /// Names the thread in debuggers and `top`.
    package let name: String
    let wakeUp: WakeUp
    private let stopping = Atomic(false)
    private let phase = Mutex(Phase.idle)

    package init(name: String) throws(ZeroMQError) {
        self.name = name
        wakeUp = try WakeUp()
    }

    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// Runs the body on the reactor's own thread; returns immediately. Once only.
    package func start(_ body: @escaping @Sendable (Loop) throws -> Void) {
        phase.withLock { phase in
            guard case .idle = phase else { preconditionFailure("reactor '\(name)' was started twice") }
            phase = .running([])
        }
        let thread = Thread { self.end(Result { try self.run(body) }) }
        thread.name = name
        thread.start()
    }

    /// Asks the body to return: `Loop.isStopping` becomes true and a wait under way ends. Any thread.
    package func stop() {
        stopping.store(true, ordering: .releasing)
        wakeUp.signal()
    }

    /// Ends the loop's wait, or its next one. Any thread.
    package func wake() {
        wakeUp.signal()
    }

    /// Resumes when the thread has ended, its sockets are closed and its context is gone; rethrows the body's error.
    /// Returns at once if the reactor was never started.
    package func join() async throws {
        try await withCheckedThrowingContinuation { continuation in
            let result: Result<Void, any Error>? = phase.withLock { phase in
                switch phase {
                case .idle: return .success(())
                case .ended(let result): return result
                case .running(let waiting):
                    phase = .running(waiting + [continuation])
                    return nil
                }
            }
            if let result { continuation.resume(with: result) }
        }
    }

    private func run(_ body: (Loop) throws -> Void) throws {
        let loop = try Loop(reactor: self)
        do {
            try body(loop)
        } catch {
            loop.shutDown(delivering: false)
            throw error
        }
        loop.shutDown(delivering: true)
    }

    private func end(_ result: Result<Void, any Error>) {
        let waiting = phase.withLock { phase in
            defer { phase = .ended(result) }
            if case .running(let waiting) = phase { return waiting }
            return []
        }
        for continuation in waiting { continuation.resume(with: result) }
    }
}
