/// What replicates over seeds say about one quantity.
package struct Summary: Hashable, Sendable {
    package let count: Int
    package let mean: Double
    /// The sample standard deviation, n - 1 in the denominator; `nil` for one value.
    package let deviation: Double?
    /// The 95 % interval of the mean by Student's t; `nil` for one value.
    package let interval: ClosedRange<Double>?

    /// `nil` without values. The values must be finite; equal values in equal order give equal bits.
    package init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        count = values.count
        mean = values.reduce(0, +) / Double(values.count)
        guard count > 1 else {
            deviation = nil
            interval = nil
            return
        }
        var squares = 0.0
        for value in values { squares += (value - mean) * (value - mean) }
        let deviation = (squares / Double(count - 1)).squareRoot()
        let margin =
            StudentT.quantile(twoSided: 0.95, degrees: count - 1) * deviation / Double(count).squareRoot()
        self.deviation = deviation
        interval = (mean - margin)...(mean + margin)
    }

    /// The differences `value - baseline` of pairs that share a seed, whose common variation cancels out.
    package init?(differences pairs: [(value: Double, baseline: Double)]) {
        self.init(pairs.map { $0.value - $0.baseline })
    }
}
