import Foundation
import Frontier
import Sweep
import Testing

@testable import Report

/// Results that are stored are not run again: whatever they hold, a report of them is made.
@Suite struct ImpossibleValuesTests {
    static let extremes: [Double] = [
        0, -0.0, -1, 1 + 4e-10, 1.0000001, 50, 1e-300, 0x1p53, 0x1p63, -1e19, 1e308, -.greatestFiniteMagnitude,
        .leastNonzeroMagnitude, .infinity, -.infinity, .nan,
    ]

    @Test(
        "an extreme value of any measure, of one entry and of a dense network, is reported", arguments: Measure.allCases
    )
    func extremeValues(measure: Measure) throws {
        for value in Self.extremes {
            var results = Fixture.small()
            for index in 0..<4 { results.rows[index].evaluation.outcome?.measures[measure.rawValue] = value }
            results.dense[0].evaluation.outcome?.measures[measure.rawValue] = value
            try expectReported(results)
        }
    }

    @Test("random bits as measures, layers, epochs and times are reported", arguments: 0..<40)
    func randomBits(seed: Int) throws {
        var stream = RandomStream(seed: seed, purpose: "hostile results")
        func anything() -> Double {
            switch stream.bits() % 3 {
            case 0: Double(bitPattern: stream.bits())
            case 1: Self.extremes[Int(stream.bits() % UInt64(Self.extremes.count))]
            default: Double(stream.bits() % 1000) / 1000
            }
        }
        func spoil(_ evaluation: inout SweepResults.Evaluation) {
            for measure in Measure.allCases where stream.bits().isMultiple(of: 3) {
                evaluation.outcome?.measures[measure.rawValue] = anything()
            }
            evaluation.outcome?.seconds = anything()
            evaluation.outcome?.layers.append(
                .init(parameter: "fc1.weight", total: stream.bits(), nonzero: stream.bits()))
            evaluation.outcome?.layers.append(.init(parameter: "", total: 0, nonzero: .max))
            evaluation.outcome?.epochs.append(
                .init(
                    phase: "training", epoch: Int(truncatingIfNeeded: stream.bits()), learningRate: anything(),
                    trainingLoss: anything(), validationLoss: anything(), validationAccuracy: anything()))
        }
        var results = Fixture.small()
        for index in results.rows.indices { spoil(&results.rows[index].evaluation) }
        for index in results.dense.indices { spoil(&results.dense[index].evaluation) }
        results.submittedAt = anything()
        results.finishedAt = anything()
        try expectReported(results)
    }

    @Test func whatIsLeftOutIsCountedAndSaid() throws {
        var results = TablesTests.results()
        results.rows[0].evaluation.outcome?.measures["test_accuracy"] = 98
        results.rows[4].evaluation.outcome?.measures["test_accuracy"] = -0.3
        results.rows[2].evaluation.outcome?.measures["sparsity"] = 50
        results.dense[1].evaluation.outcome?.measures["stored_bytes"] = -1
        let frontier = SweepFrontier(results)
        #expect(frontier.groups[0].accuracy?.count == 1 && frontier.groups[0].accuracy?.mean == 0.96)
        let sentences = [
            "2 results have an impossible test accuracy (such as 98 of magnitude-global, 50 %, seed 1) and are left out.",
            "1 result has an impossible sparsity (50 of magnitude-global, 90 %, seed 1) and is left out.",
            "1 result has an impossible stored bytes (-1 of dense, seed 2) and is left out.",
        ]
        #expect(frontier.impossible.map(\.sentence) == sentences)
        let page = try ReportPage(results: results, frontier: frontier, charts: []).html(with: .load())
        for sentence in sentences {
            #expect(frontier.terminalText(inColour: false).contains(sentence))
            #expect(frontier.markdownText.contains(sentence))
            let saysSo = page.contains(sentence)
            #expect(saysSo)
        }
        #expect(SweepFrontier(TablesTests.results()).impossible.isEmpty)
    }

    @Test func roundingIsForgiven() {
        #expect(Measure.testAccuracy.allows(1 + 1e-10) && Measure.sparsity.allows(-1e-10))
        #expect(!Measure.testAccuracy.allows(1.00001) && !Measure.sparsity.allows(-0.00001))
        #expect(!Measure.compressionRatio.allows(0) && !Measure.testLoss.allows(.infinity))
        #expect(!Measure.parametersTotal.allows(.nan) && Measure.trainingOperations.allows(1e18))
    }

    /// Nothing traps, every file is written, and all that is drawn or ranked lies within the possible.
    private func expectReported(_ results: SweepResults) throws {
        let frontier = SweepFrontier(results)
        for group in frontier.groups {
            for summary in [group.accuracy, group.sparsity, group.top5].compactMap(\.self) {
                #expect(summary.mean >= -1e-9 && summary.mean <= 1 + 1e-9)
                if let interval = summary.interval { #expect(interval.lowerBound >= 0 && interval.upperBound <= 1) }
            }
            if let interval = group.difference?.interval {
                #expect(interval.lowerBound >= -1 && interval.upperBound <= 1)
            }
        }
        let charts = Chart.all(of: results, frontier: frontier)
        let page = try ReportPage(results: results, frontier: frontier, charts: charts).html(
            with: .init(style: "", script: "", vega: "", vegaLicense: ""))
        let texts = [
            page, results.csv, frontier.csv, try frontier.json(of: results).text(),
            frontier.terminalText(inColour: true),
            frontier.markdownText,
        ]
        for text in texts { #expect(!text.isEmpty) }
    }
}
