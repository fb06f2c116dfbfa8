import Frontier
import Testing

@Suite struct SummaryTests {
    /// Two-sided quantiles as any table of the t distribution prints them.
    @Test(
        "t quantiles equal the published tables",
        arguments: [
            (0.90, 1, 6.313752), (0.90, 2, 2.919986), (0.90, 3, 2.353363), (0.90, 10, 1.812461), (0.90, 29, 1.699127),
            (0.95, 1, 12.706205), (0.95, 2, 4.302653), (0.95, 3, 3.182446), (0.95, 4, 2.776445), (0.95, 5, 2.570582),
            (0.95, 9, 2.262157), (0.95, 29, 2.045230), (0.95, 30, 2.042272), (0.95, 120, 1.979930),
            (0.95, 999, 1.962341), (0.99, 1, 63.656741), (0.99, 2, 9.924843), (0.99, 5, 4.032143), (0.99, 30, 2.749996),
        ])
    func quantiles(confidence: Double, degrees: Int, expected: Double) {
        #expect(abs(StudentT.quantile(twoSided: confidence, degrees: degrees) - expected) < 1e-6)
    }

    @Test func aTextbookSample() throws {
        // Mean 5, squared deviations 32, so sd = sqrt(32 / 7) and the margin is 2.364624 * sd / sqrt(8).
        let summary = try #require(Summary([2, 4, 4, 4, 5, 5, 7, 9]))
        #expect(summary.count == 8 && summary.mean == 5)
        #expect(abs(try #require(summary.deviation) - 2.138089935) < 1e-9)
        let interval = try #require(summary.interval)
        #expect(abs(interval.lowerBound - 3.212512) < 1e-5 && abs(interval.upperBound - 6.787488) < 1e-5)
    }

    /// The sought mean lies in the possible range; an interval never says that it may lie beyond.
    static let boundedSamples: [(values: [Double], possible: ClosedRange<Double>, expected: ClosedRange<Double>)] = [
        ([0.99, 1.0], 0...1, 0.931469...1), ([0.0, 0.01, 0.0], 0...1, 0...0.017676), ([0.5, -0.9], -1...1, -1...1),
        ([0.4, 0.41], 0...1, 0.341469...0.468531), ([1 + 1e-7, 1 + 2e-7], 0...1, 1...1),
    ]

    @Test("intervals stay in the possible range", arguments: boundedSamples)
    func bounded(values: [Double], possible: ClosedRange<Double>, expected: ClosedRange<Double>) throws {
        let interval = try #require(Summary(values, within: possible)?.interval)
        #expect(abs(interval.lowerBound - expected.lowerBound) < 1e-6)
        #expect(abs(interval.upperBound - expected.upperBound) < 1e-6)
    }

    static let extremes: [[Double]] = [
        [1e308, 1e308], [1e308, -1e308], [.greatestFiniteMagnitude, 0, 1], [.nan, 1], [.infinity, 1],
        [-.infinity, .infinity], [.infinity], [.leastNonzeroMagnitude, -.leastNonzeroMagnitude], [1e200, -1e200, 0],
    ]

    @Test("no values trap, and what is no number is not given as one", arguments: extremes)
    func extremeValues(values: [Double]) {
        for possible in [-Double.infinity ... .infinity, 0...1, -1...1] {
            guard let summary = Summary(values, within: possible) else { continue }
            #expect(summary.mean.isFinite && summary.deviation?.isFinite ?? true)
            #expect(summary.interval == nil || summary.deviation != nil)
        }
        #expect(Summary([1e308, 1e308]) == nil && Summary([1e200, -1e200])?.interval == nil)
    }

    /// Equal shares of counts are a coincidence, and what rounding adds to them is no spread.
    @Test(
        "values that are the same give no interval",
        arguments: [[0.5, 0.5], [0.1 + 0.2, 0.3], [0.98 - 0.9, 0.97 - 0.89], [1e9, 1e9 + 1e-6]])
    func noSpread(values: [Double]) throws {
        let summary = try #require(Summary(values))
        #expect(summary.interval == nil && summary.deviation != nil)
        #expect(Summary([0.5, 0.5001])?.interval != nil)
    }

    @Test func oneValueHasNoSpreadAndNoneHasNoSummary() {
        #expect(Summary([]) == nil)
        #expect(Summary([0.5])?.mean == 0.5)
        #expect(Summary([0.5])?.deviation == nil && Summary([0.5])?.interval == nil)
    }

    @Test func pairingRemovesWhatPairsShare() throws {
        let paired = try #require(Summary(differences: [(0.90, 0.95), (0.80, 0.85), (0.70, 0.75)]))
        #expect(abs(paired.mean + 0.05) < 1e-12)
        #expect(try #require(paired.deviation) < 1e-12)
    }
}
