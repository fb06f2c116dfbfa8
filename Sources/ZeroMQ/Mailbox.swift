internal import Synchronization

/// A thread-safe inbox of a reactor's loop.
///
/// Unbounded: its writers are this process's own tasks, never the network.
package final class Mailbox<Element: Sendable>: Sendable {
    private let reactor: Reactor
    private let elements = Mutex<[Element]>([])

    package init(waking reactor: Reactor) {
        self.reactor = reactor
    }

    /// Any thread: adds an element and wakes the loop.
    package func post(_ element: Element) {
        elements.withLock { $0.append(element) }
        reactor.wake()
    }

    /// Everything posted since the last call, in order.
    package func drain() -> [Element] {
        elements.withLock { elements in
            defer { elements = [] }
            return elements
        }
    }
}
