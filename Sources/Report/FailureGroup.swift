internal import Sweep

/// What failed for one reason: it is told once, however many tasks it ended.
struct FailureGroup {
    /// The coordinator's sentence.
    let message: String
    /// The last lines that the engine wrote before it ended; empty where there are none.
    let evidence: String
    /// "dense, seed 1" or "random, 90 %, seed 1", in the order of the report.
    private(set) var places: [String]

    /// The failures with the same sentence and the same last line of evidence together, the most frequent first.
    ///
    /// Only the last line is compared: what stands before it often names a stage, a time or a process.
    static func all(of results: SweepResults) -> [FailureGroup] {
        struct Reason: Hashable {
            let message: String
            let lastLine: String
        }
        var order: [Reason] = []
        var groups: [Reason: FailureGroup] = [:]
        for (place, evaluation) in results.places where evaluation.fate == .failed {
            let lines = (evaluation.evidence ?? "").split(whereSeparator: \.isNewline).suffix(12)
            let reason = Reason(message: evaluation.explanation, lastLine: lines.last.map(String.init) ?? "")
            if groups[reason] == nil {
                order.append(reason)
                groups[reason] = FailureGroup(
                    message: reason.message, evidence: lines.joined(separator: "\n"), places: [])
            }
            groups[reason]?.places.append(place)
        }
        let found = order.compactMap { groups[$0] }
        return found.enumerated().sorted {
            let (a, b) = ($0.element.places.count, $1.element.places.count)
            return a != b ? a > b : $0.offset < $1.offset
        }.map(\.element)
    }
}

extension SweepResults {
    /// Every dense network and task by the name that people know it by, in task order.
    var places: [(place: String, evaluation: Evaluation)] {
        dense.map { ("dense, seed \($0.seed)", $0.evaluation) }
            + rows.sorted { $0.task.index < $1.task.index }.map {
                ("\($0.task.label), \(NumberText.level($0.task.level)), seed \($0.task.seed)", $0.evaluation)
            }
    }
}
