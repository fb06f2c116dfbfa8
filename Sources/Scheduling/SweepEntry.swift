internal import Sweep

/// A sweep as the coordinator sees it.
struct SweepEntry: Hashable, Sendable {
    let id: SweepID
    let name: String
    var priority: Int
    /// Of its plan.
    let content: Plan.Content
    /// Indices of its stages, parents before children.
    var stages: [Int] = []
    var state: SweepState = .running
    var stageCounts = StageCounts()
    var taskCounts = TaskCounts()
    /// Unfinished stages by stage class: what the remaining time is estimated from.
    var unfinished: [Int: Int] = [:]

    /// Nothing runs for it until it is submitted again. A sweep that failed is not over: it runs again when its stages are
    /// opened again.
    var isOver: Bool { state == .cancelled || state == .finished }
}

/// The stages of a sweep by what became of them.
package struct StageCounts: Hashable, Sendable {
    package var total = 0
    package var done = 0
    package var failed = 0
    package var running = 0
    /// Of those done, the ones that were done when the sweep was submitted.
    package var cached = 0
    var open: Int { total - done - failed }

    package init(total: Int = 0, done: Int = 0, failed: Int = 0, running: Int = 0, cached: Int = 0) {
        self.total = total
        self.done = done
        self.failed = failed
        self.running = running
        self.cached = cached
    }
}

/// The tasks of a sweep by what became of their last stage.
package struct TaskCounts: Hashable, Sendable {
    package var total = 0
    package var done = 0
    package var failed = 0

    package init(total: Int = 0, done: Int = 0, failed: Int = 0) {
        self.total = total
        self.done = done
        self.failed = failed
    }
}
