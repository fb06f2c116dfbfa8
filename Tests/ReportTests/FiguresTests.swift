import Foundation
import Frontier
import Sweep
import Testing

@testable import Report

/// What figures leave to grey, and what they leave out.
@Suite struct FiguresTests {
    /// As many entries, the first two of them on the frontier, the third reaching it.
    private static func crowd(_ count: Int) -> SweepResults {
        var rows = [
            AnswerTests.Row(method: "a", sparsity: 0.9, losses: [0.1, 0.1, 0.1]),
            AnswerTests.Row(method: "b", sparsity: 0.5, losses: [0, 0, 0]),
            AnswerTests.Row(method: "c", sparsity: 0.9, losses: [0.1, 0.3, 0.5]),
        ]
        rows += (3..<count).map { AnswerTests.Row(method: "other-\($0)", sparsity: 0.8, losses: [2, 2.01, 2.02]) }
        return AnswerTests.results(rows + [AnswerTests.Row(method: "dense", sparsity: 0, losses: [-0.1, -0.1, -0.1])])
    }

    @Test func ofManyEntriesOnlyThoseThatMatterHaveColours() throws {
        let frontier = SweepFrontier(Self.crowd(34))
        let marks = MethodMarks(frontier)
        #expect(marks.labels.count == 34 && marks.coloured == ["a", "b", "c"])
        #expect(marks.note.hasSuffix("in grey: the other 31."))
        // The coloured are drawn last, that is on top.
        #expect(marks.ordered(frontier.groups.filter(\.isDrawn)).suffix(3).map(\.label) == ["a", "b", "c"])
        let few = MethodMarks(SweepFrontier(Self.crowd(8)))
        #expect(few.coloured == few.labels && few.note.isEmpty)
    }

    @Test func legendsNameTheColouredOnly() throws {
        let results = Self.crowd(34)
        for chart in Chart.all(of: results, frontier: SweepFrontier(results)) {
            let text = try chart.standalone.text(indented: false)
            #expect(!text.contains("\"values\":[\"a\",\"b\",\"c\",\"other"), "\(chart.name)")
        }
    }

    /// The dense networks are a line already; a mark of theirs at sparsity 0 would take half of the axis.
    @Test func anEntryOfTheMethodDenseDoesNotStretchTheAxis() throws {
        let results = Self.crowd(4)
        let frontier = SweepFrontier(results)
        let dense = try #require(frontier.groups.first { $0.method == "dense" })
        #expect(dense.sparsity?.mean == 0)
        let body = try #require(AccuracyChart(frontier: frontier, results: results, reduction: .sparsity).body)
        let text = try body.text(indented: false)
        let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let means = try #require((document["datasets"] as? [String: Any])?["means"] as? [[String: Any]])
        #expect(means.compactMap { $0["x"] as? Double }.min() == 0.5)
        #expect(!text.contains("\"domain\":[0,"))
    }

    @Test func eachFailureStandsOnceWithItsCountAndTheEnginesLastLines() throws {
        var results = Fixture.small()
        let crash = "the engine python3 ended in mid-stage (exit 1); its last lines are the evidence"
        for index in 0..<6 {
            results.rows[index].evaluation = .init(
                state: .failed, note: crash, evidence: "stage \(index)\nTraceback\n<ValueError>: no such layer")
        }
        results.rows[6].evaluation = .init(state: .failed, note: crash, evidence: "MemoryError")
        results.rows[7].evaluation = .init(state: .failed, note: "the disk is full")
        let groups = FailureGroup.all(of: results)
        #expect(
            groups.map(\.places.count) == [6, 1, 1] && groups.map(\.message) == [crash, crash, "the disk is full"])
        #expect(groups[0].places.first == "magnitude-global, 50 %, seed 1")
        let frontier = SweepFrontier(results)
        let page = try ReportPage(results: results, frontier: frontier, charts: []).html(with: .load())
        let evidence = page.components(separatedBy: "Traceback\n&lt;ValueError&gt;: no such layer").count - 1
        let memory = page.components(separatedBy: "MemoryError</pre>").count - 1
        #expect(evidence == 1 && memory == 1)
    }
}
