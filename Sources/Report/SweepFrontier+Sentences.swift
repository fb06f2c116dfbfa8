internal import Frontier
internal import Sweep

extension SweepFrontier {
    /// ``answers`` in words, one sentence or two for each: what report and terminal open with.
    package var answerSentences: [String] {
        let answers = answers
        guard !answers.isEmpty else { return [nothingToCompare] }
        var sentences = answers.map { (isUnfinished ? "So far, within " : "Within ") + sentence(for: $0) }
        if answers.contains(where: { $0.best != nil }), candidates.count > 1 {
            sentences.append(
                "Each is the best of \(candidates.count) points, and the best of many looks a little better than it is."
            )
        }
        return sentences
    }

    /// What must be said of the numbers in a table or figure.
    package var remarks: [String] {
        impossible.map(\.sentence) + [budgetRemark].compactMap(\.self)
    }

    /// `nil` where the same number of training epochs lies behind every point.
    var budgetRemark: String? {
        let epochs = groups.compactMap(\.epochs)
        guard !hasEqualBudgets, let least = epochs.min(), let most = epochs.max() else { return nil }
        return
            "Training budgets differ: behind the points lie \(least) to \(most) epochs, those of their parents included. "
            + "Compare with that in mind."
    }

    private var isUnfinished: Bool { groups.contains { $0.count(.pending) > 0 } }

    private var nothingToCompare: String {
        let (yet, soFar) = isUnfinished ? (" yet", " so far") : ("", "")
        if groups.allSatisfy({ $0.accuracy == nil }) {
            if groups.contains(where: { $0.count(.pending) + $0.count(.failed) < $0.taskCount }) {
                return
                    "No result enters the means\(soFar): each is infeasible, or lacks a possible test accuracy or sparsity."
            }
            return isUnfinished
                ? "Nothing has been measured yet." : "Every task failed, so there is nothing to compare."
        }
        if groups.allSatisfy({ $0.difference == nil }) {
            return "No network can be compared with its dense network: that has no test accuracy\(yet)."
        }
        if groups.allSatisfy({ $0.isControl || $0.accuracy == nil }) {
            return "Only controls have been measured\(soFar)."
        }
        let others = groups.contains { $0.isControl && ($0.sparsity?.mean ?? 0) > 0 } ? " but controls" : ""
        return "No point\(others) has any weight removed\(yet)."
    }

    private func sentence(for answer: Answer) -> String {
        let allowed =
            "\(NumberText.exact(answer.allowance * 100)) \(answer.allowance == 0.01 ? "point" : "points") of dense: "
        guard let best = answer.best, let difference = best.difference else { return allowed + none }
        var text = allowed + "\(phrase(best)), \(NumberText.points(difference.mean)) points"
        if answer.isCertain {
            text +=
                "; its whole 95 % interval, \(NumberText.interval(difference, signed: true)), is within "
                + "(\(seeds(difference)))."
        } else if let interval = difference.interval {
            text +=
                ". The mean is within, but with \(seeds(difference)) its 95 % interval reaches to "
                + "\(NumberText.points(interval.lowerBound)) points"
            text +=
                answer.certain.map { "; for \(phrase($0)) all of it is within." }
                ?? "; no point has its whole interval within."
        } else if difference.count > 1 {
            text += ". Its \(seeds(difference)) differ by nothing, so no interval can be given."
        } else {
            text += ". With one seed there is no interval: how sure this is cannot be said."
        }
        if !answer.equals.isEmpty {
            text += " As sparse and also within: \(answer.equals.map(\.label).joined(separator: ", "))."
        }
        return text
    }

    /// Where no point qualifies: how near the nearest one is.
    private var none: String {
        let nearest = candidates.max { ($0.difference?.mean ?? -1) < ($1.difference?.mean ?? -1) }
        guard let nearest, let difference = nearest.difference else { return "no point." }
        let choice = candidates.count == 1 ? "none. The only point" : "none of \(candidates.count) points. The nearest"
        return "\(choice) is \(phrase(nearest)), "
            + "\(NumberText.points(difference.mean)) points (\(seeds(difference)))."
    }

    /// "movement at 95.00 % sparsity", with the level where that is a knob and the training where it is not the same for all.
    private func phrase(_ point: Group) -> String {
        var text = "\(point.label) at \(NumberText.percent(point.sparsity?.mean ?? 0)) sparsity"
        if point.level.sparsity == nil { text += " (\(NumberText.level(point.level)))" }
        if !hasEqualBudgets, let epochs = point.epochs { text += " after \(epochs) epochs in all" }
        return text
    }

    private func seeds(_ summary: Summary) -> String { "\(summary.count) \(summary.count == 1 ? "seed" : "seeds")" }
}
