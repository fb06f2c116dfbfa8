/// What pruning is judged by: how much smaller the network became, and how good it still is. More is better of both.
package struct Point: Hashable, Sendable {
    /// Sparsity (0...1), compression ratio or theoretical speed-up (1 and up): whatever the axis is.
    package var reduction: Double
    /// 0...1.
    package var accuracy: Double

    package init(reduction: Double, accuracy: Double) {
        self.reduction = reduction
        self.accuracy = accuracy
    }

    /// At least as good in both and better in one; so equal points do not dominate each other.
    package func dominates(_ other: Point) -> Bool {
        reduction >= other.reduction && accuracy >= other.accuracy && self != other
    }
}
