internal import Sweep

extension Plan {
    /// What is measured: the stages and the tasks, not how the sweep file puts them. Compared within one process only.
    struct Content: Hashable, Sendable {
        private let hash: Int

        init(_ plan: Plan) {
            var hasher = Hasher()
            for node in plan.stages { hasher.combine(node.key) }
            hasher.combine(plan.tasks)
            hash = hasher.finalize()
        }
    }
}
