import Foundation
import Frontier
import Sweep
import Testing

@testable import Report

/// The sentences that a report opens with.
@Suite struct AnswerTests {
    /// A point: its method entry, its requested sparsity, and the losses of its seeds in points.
    struct Row: Sendable {
        var method: String
        var sparsity: Double
        var losses: [Double]
        var status = Outcome.Status.ok
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var rows: [Row]
        /// Of half a point.
        var label: String?
        var isCertain = false
        var sentence: String
        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "the sparsest that is within, though another loses less",
            rows: [
                Row(method: "magnitude-global", sparsity: 0.9, losses: [0.4, 0.41, 0.42]),
                Row(method: "magnitude-global", sparsity: 0.5, losses: [0.1, 0.1, 0.1]),
                Row(method: "magnitude-global", sparsity: 0.95, losses: [0.9, 0.9, 0.9]),
            ], label: "magnitude-global", isCertain: true,
            sentence: "Within 0.5 points of dense: magnitude-global at 90.00 % sparsity, −0.41 points; its whole 95 % "
                + "interval, [−0.43, −0.39], is within (3 seeds)."),
        Case(
            name: "the mean is within, the interval reaches beyond",
            rows: [
                Row(method: "snip", sparsity: 0.9, losses: [0.2, 0.4, 0.6]),
                Row(method: "snip", sparsity: 0.8, losses: [0.1, 0.11, 0.12]),
            ], label: "snip",
            sentence:
                "Within 0.5 points of dense: snip at 90.00 % sparsity, −0.40 points. The mean is within, but with 3 "
                + "seeds its 95 % interval reaches to −0.90 points; for snip at 80.00 % sparsity all of it is within."),
        Case(
            name: "the interval of every point reaches beyond",
            rows: [Row(method: "snip", sparsity: 0.9, losses: [0.2, 0.4, 0.6])], label: "snip",
            sentence:
                "Within 0.5 points of dense: snip at 90.00 % sparsity, −0.40 points. The mean is within, but with 3 "
                + "seeds its 95 % interval reaches to −0.90 points; no point has its whole interval within."),
        Case(
            name: "exactly at the limit",
            rows: [Row(method: "snip", sparsity: 0.9, losses: [0.49, 0.51])], label: "snip",
            sentence:
                "Within 0.5 points of dense: snip at 90.00 % sparsity, −0.50 points. The mean is within, but with 2 "
                + "seeds its 95 % interval reaches to −0.63 points; no point has its whole interval within."),
        Case(
            name: "equally sparse: the one that loses least, the others named",
            rows: [
                Row(method: "snip", sparsity: 0.9, losses: [0.299, 0.301]),
                Row(method: "synflow", sparsity: 0.9, losses: [0.199, 0.201]),
                Row(method: "grasp", sparsity: 0.9, losses: [0.3, 0.3]),
                Row(method: "str", sparsity: 0.89, losses: [0, 0]),
            ], label: "synflow", isCertain: true,
            sentence: "Within 0.5 points of dense: synflow at 90.00 % sparsity, −0.20 points; its whole 95 % interval, "
                + "[−0.21, −0.19], is within (2 seeds). As sparse and also within: snip, grasp."),
        Case(
            name: "one seed", rows: [Row(method: "snip", sparsity: 0.9, losses: [0.3])], label: "snip",
            sentence: "Within 0.5 points of dense: snip at 90.00 % sparsity, −0.30 points. With one seed there is no "
                + "interval: how sure this is cannot be said."),
        Case(
            name: "no point qualifies",
            rows: [
                Row(method: "snip", sparsity: 0.9, losses: [3, 5]),
                Row(method: "grasp", sparsity: 0.8, losses: [2.5, 2.5]),
            ],
            sentence:
                "Within 0.5 points of dense: none of 2 points. The nearest is grasp at 80.00 % sparsity, −2.50 points "
                + "(2 seeds)."),
        Case(
            name: "controls do not win",
            rows: [
                Row(method: "random", sparsity: 0.98, losses: [0, 0]),
                Row(method: "dense", sparsity: 0, losses: [-1, -1]),
                Row(method: "filter-random", sparsity: 0.98, losses: [0, 0]),
                Row(method: "magnitude-global", sparsity: 0.5, losses: [0.099, 0.101]),
            ], label: "magnitude-global", isCertain: true,
            sentence: "Within 0.5 points of dense: magnitude-global at 50.00 % sparsity, −0.10 points; its whole 95 % "
                + "interval, [−0.11, −0.09], is within (2 seeds)."),
        Case(
            name: "better than dense",
            rows: [Row(method: "snip", sparsity: 0.5, losses: [-0.199, -0.201])], label: "snip", isCertain: true,
            sentence: "Within 0.5 points of dense: snip at 50.00 % sparsity, +0.20 points; its whole 95 % interval, "
                + "[+0.19, +0.21], is within (2 seeds)."),
        Case(
            name: "an infeasible level is no point",
            rows: [
                Row(method: "snip", sparsity: 0.98, losses: [0, 0], status: .infeasible),
                Row(method: "snip", sparsity: 0.5, losses: [-0.001, 0.001]),
            ], label: "snip", isCertain: true,
            sentence: "Within 0.5 points of dense: snip at 50.00 % sparsity, 0.00 points; its whole 95 % interval, "
                + "[−0.01, +0.01], is within (2 seeds)."),
        Case(
            name: "equal losses are no proof",
            rows: [
                Row(method: "snip", sparsity: 0.9, losses: [0.36, 0.36]),
                Row(method: "snip", sparsity: 0.5, losses: [0.1, 0.1]),
            ], label: "snip",
            sentence:
                "Within 0.5 points of dense: snip at 90.00 % sparsity, −0.36 points. Its 2 seeds differ by nothing, so "
                + "no interval can be given."),
        Case(
            name: "the only point does not qualify", rows: [Row(method: "snip", sparsity: 0.9, losses: [3, 5])],
            sentence:
                "Within 0.5 points of dense: none. The only point is snip at 90.00 % sparsity, −4.00 points (2 seeds)."
        ),
    ]

    @Test("the answer and its sentence", arguments: cases)
    func answer(_ expected: Case) throws {
        let frontier = SweepFrontier(Self.results(expected.rows))
        let answer = try #require(frontier.answers.first)
        #expect(answer.best?.label == expected.label && answer.isCertain == expected.isCertain)
        #expect(frontier.answerSentences.first == expected.sentence)
        #expect(frontier.answers.map(\.allowance) == [0.005, 0.01, 0.02])
    }

    @Test func theBestOfManyIsSaidToLookBetterThanItIs() {
        let two = SweepFrontier(Self.results(Self.cases[1].rows)).answerSentences
        #expect(two.last == "Each is the best of 2 points, and the best of many looks a little better than it is.")
        #expect(SweepFrontier(Self.results(Self.cases[2].rows)).answerSentences.count == 3)
        #expect(SweepFrontier(Self.results(Self.cases[6].rows)).answerSentences.count == 3)
    }

    /// What is said of rows that allow no comparison. `yet` and `so far` promise that more comes.
    @Test func withoutAComparisonTheReasonIsSaid() {
        let snip = Row(method: "snip", sparsity: 0.9, losses: [0.1])
        let control = Row(method: "random", sparsity: 0.5, losses: [0])
        func said(_ rows: [Row], ends: [SweepResults.Evaluation.State] = [], status: Outcome.Status = .ok) -> [String] {
            var results = Self.results(rows)
            for (index, state) in ends.enumerated() where state != .measured {
                results.rows[index].evaluation = .init(state: state)
            }
            results.rows[0].evaluation.outcome?.status = status
            return SweepFrontier(results).answerSentences
        }
        #expect(said([snip], ends: [.pending]) == ["Nothing has been measured yet."])
        #expect(said([snip, snip], ends: [.pending, .failed]) == ["Nothing has been measured yet."])
        #expect(
            said([snip, snip], ends: [.failed, .failed]) == ["Every task failed, so there is nothing to compare."])
        let infeasible = "each is infeasible, or lacks a possible test accuracy or sparsity."
        #expect(said([snip], status: .infeasible) == ["No result enters the means: \(infeasible)"])
        #expect(
            said([snip, snip], ends: [.measured, .pending], status: .infeasible)
                == ["No result enters the means so far: \(infeasible)"])
        #expect(said([control]) == ["Only controls have been measured."])
        #expect(said([control, snip], ends: [.measured, .pending]) == ["Only controls have been measured so far."])
        let whole = Row(method: "snip", sparsity: 0, losses: [0])
        #expect(said([whole]) == ["No point has any weight removed."])
        #expect(said([whole, snip], ends: [.measured, .pending]) == ["No point has any weight removed yet."])
        #expect(said([control, whole]) == ["No point but controls has any weight removed."])
    }

    @Test func withoutADenseNetworkTheReasonIsSaid() {
        var results = Self.results([Row(method: "snip", sparsity: 0.9, losses: [0.1])])
        results.dense[0].evaluation = .init(state: .failed)
        #expect(
            SweepFrontier(results).answerSentences
                == ["No network can be compared with its dense network: that has no test accuracy."])
    }

    @Test func anUnfinishedSweepAnswersSoFar() {
        var results = Self.results(Self.cases[0].rows)
        results.rows[8].evaluation = .init(state: .pending)
        #expect(SweepFrontier(results).answerSentences[0].hasPrefix("So far, within 0.5 points of dense: "))
    }

    /// A level of the method's own scale is named beside the sparsity it led to.
    @Test func knobsAreNamed() {
        var results = Self.results([Row(method: "str", sparsity: 0.9, losses: [0.1])])
        results.rows[0].task.level = .knob(name: "lambda", value: 0.001)
        #expect(
            SweepFrontier(results).answerSentences[0].contains("str at 90.00 % sparsity (lambda = 0.001), −0.10 points")
        )
    }

    @Test func pageTerminalAndFilesOpenWithTheSameSentences() throws {
        let results = Self.results(Self.cases[1].rows)
        let frontier = SweepFrontier(results)
        let sentences = frontier.answerSentences
        #expect(frontier.terminalText(inColour: false).hasPrefix(sentences.joined(separator: "\n") + "\n\nmethod "))
        #expect(frontier.markdownText.hasPrefix(sentences.joined(separator: "\n\n") + "\n\n| method "))
        let page = try ReportPage(results: results, frontier: frontier, charts: []).html(with: .load())
        let answer = try #require(page.range(of: "<section aria-label=\"Answer\">")).lowerBound
        let facts = try #require(page.range(of: "<dl class=\"facts\">")).lowerBound
        let isFirst = answer < facts && page[answer..<facts].contains(sentences[0])
        #expect(isFirst)
        let text = try frontier.json(of: results).text()
        let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(document["answer"] as? [String] == sentences)
        let first = try #require((document["answers"] as? [[String: Any]])?.first)
        #expect(first["within_points"] as? Double == 0.5 && first["label"] as? String == "snip")
        #expect((first["level"] as? [String: Double]) == ["sparsity": 0.9] && first["n"] as? Int == 3)
        #expect(abs(try #require(first["difference"] as? Double) + 0.004) < 1e-9)
        #expect(abs(try #require((first["interval"] as? [Double])?.first) + 0.008968) < 1e-6)
        #expect(first["certain"] as? Bool == false)
        #expect((first["certain_up_to"] as? [String: Any])?["label"] as? String == "snip")
    }

    /// Dense networks of 98 %, and the rows as tasks.
    static func results(_ rows: [Row]) -> SweepResults {
        let seeds = Array(1...(rows.map(\.losses.count).max() ?? 1))
        var results = Fixture.sweep(name: "answers", entries: [], levels: [], seeds: seeds, finished: true)
        for index in results.dense.indices { results.dense[index].evaluation.outcome?.measures["test_accuracy"] = 0.98 }
        for row in rows {
            for (seed, loss) in zip(seeds, row.losses) {
                let dense = Fixture.key("dense \(seed)")
                let task = Plan.Task(
                    index: results.rows.count, label: row.method, method: row.method, level: .sparsity(row.sparsity),
                    seed: seed, stages: [dense, Fixture.key("\(results.rows.count)")])
                let outcome = Outcome(
                    status: row.status, measures: ["test_accuracy": 0.98 - loss / 100, "sparsity": row.sparsity])
                results.rows.append(
                    .init(task: task, dense: dense, evaluation: .init(state: .measured, outcome: outcome)))
            }
        }
        return results
    }
}
