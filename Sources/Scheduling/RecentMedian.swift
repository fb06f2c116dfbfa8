/// The median of the last few values: what a stage of a class takes, in seconds.
struct RecentMedian: Hashable, Sendable {
    /// Nil before the first value.
    private(set) var value: Double?
    private var recent: [Double] = []

    /// Enough to shrug off a slow machine, few enough to follow a change of hardware.
    private static let window = 31

    /// Ignores what cannot be a duration.
    mutating func add(_ seconds: Double) {
        guard seconds.isFinite, seconds > 0 else { return }
        if recent.count == Self.window { recent.removeFirst() }
        recent.append(seconds)
        let sorted = recent.sorted()
        let middle = sorted.count / 2
        value = sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
