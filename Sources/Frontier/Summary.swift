/// What replicates over seeds say about one quantity.
package struct Summary: Hashable, Sendable {
    package let count: Int
    package let mean: Double
    /// The sample standard deviation, n - 1 in the denominator; `nil` for one value, or where it is too large for a number.
    package let deviation: Double?
    /// The 95 % interval of the mean by Student's t, cut off at the ends of the possible range.
    ///
    /// `nil` where `deviation` is, and where values differ by rounding at most: a share of counts can be the same by
    /// chance, and an interval of no width would claim to be sure.
    ///
    /// The mean that is sought lies in the possible range, so cutting off leaves the interval's coverage as it is.
    package let interval: ClosedRange<Double>?

    /// `nil` without values, or where their mean is not a finite number. Equal values in equal order give equal bits.
    ///
    /// - Parameter possible: the values that the quantity can have.
    package init?(_ values: [Double], within possible: ClosedRange<Double> = -.infinity ... .infinity) {
        let mean = values.reduce(0, +) / Double(values.count)
        guard mean.isFinite else { return nil }
        count = values.count
        self.mean = mean
        var squares = 0.0
        for value in values { squares += (value - mean) * (value - mean) }
        let deviation = (squares / Double(count - 1)).squareRoot()
        guard count > 1, deviation.isFinite else {
            self.deviation = nil
            interval = nil
            return
        }
        self.deviation = deviation
        guard deviation > 1e-9 * max(1, abs(mean)) else {
            interval = nil
            return
        }
        let margin = StudentT.quantile(twoSided: 0.95, degrees: count - 1) * deviation / Double(count).squareRoot()
        interval = ((mean - margin)...(mean + margin)).clamped(to: possible)
    }

    /// The differences `value - baseline` of pairs that share a seed, whose common variation cancels out.
    package init?(
        differences pairs: [(value: Double, baseline: Double)],
        within possible: ClosedRange<Double> = -.infinity ... .infinity
    ) {
        self.init(pairs.map { $0.value - $0.baseline }, within: possible)
    }
}
