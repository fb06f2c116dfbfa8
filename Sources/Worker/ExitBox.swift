internal import Synchronization

/// Carries the exit from the reactor's thread to whoever waits for its end.
final class ExitBox: Sendable {
    private let content = Mutex<WorkerExit?>(nil)
    var value: WorkerExit? { content.withLock(\.self) }
    func set(_ exit: WorkerExit) { content.withLock { $0 = exit } }
}
