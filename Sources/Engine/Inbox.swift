internal import Dispatch
internal import Foundation
internal import Synchronization
internal import Wire

/// What the engine was asked, in the order of the lines on its standard input.
///
/// One thread waits for lines, the thread that trains takes them and looks between two steps whether it should stop.
/// Nothing here runs on Swift's concurrency pool, which training would block.
final class Inbox: Sendable {
    enum Item: Sendable {
        case request(WireEngineRequest)
        /// A line that is no request, with the sentence that says so.
        case malformed(String)
    }

    private struct State {
        var items: [Item] = []
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let arrivals = DispatchSemaphore(value: 0)

    func add(_ item: Item) {
        state.withLock { $0.items.append(item) }
        arrivals.signal()
    }

    /// Nothing more will come: standard input was closed, or the process was told to end.
    func end() {
        state.withLock { $0.hasEnded = true }
        arrivals.signal()
    }

    /// Waits for the next item; nil once the inbox has ended.
    func next() -> Item? {
        while true {
            arrivals.wait()
            let (item, hasEnded) = state.withLock { state in
                (state.hasEnded || state.items.isEmpty ? nil : state.items.removeFirst(), state.hasEnded)
            }
            if let item { return item }
            if hasEnded { return nil }
        }
    }

    /// Whether the stage that runs now should stop at the next step.
    var stopIsWanted: Bool {
        state.withLock { $0.hasEnded || $0.items.contains(where: \.isStop) }
    }

    /// Drops the request that a stopped stage answers.
    func takeStop() {
        state.withLock { state in
            if let index = state.items.firstIndex(where: \.isStop) { state.items.remove(at: index) }
        }
    }
}

extension Inbox.Item {
    fileprivate var isStop: Bool {
        if case .request(let request) = self, case .stop = request.body { true } else { false }
    }
}
