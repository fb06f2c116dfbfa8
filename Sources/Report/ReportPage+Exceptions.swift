internal import Foundation
internal import Sweep

extension ReportPage {
    /// What is no ordinary measurement: failures by their reason, then each network that ended otherwise than asked for.
    var exceptions: HTML {
        let failures = FailureGroup.all(of: results)
        let others = results.places.filter { ![.ok, .pending, .failed].contains($0.evaluation.fate) }
        let none: HTML = "<p>None\(results.rows.contains { $0.evaluation.fate == .pending } ? " so far" : "").</p>"
        return """
            <section aria-labelledby="exceptions">
            <h2 id="exceptions">Failed, infeasible, collapsed</h2>
            \(failures.isEmpty && others.isEmpty ? none : "" as HTML)\(failures.isEmpty ? "" : failureTable(failures))\
            \(others.isEmpty ? "" : table(others))
            </section>
            """
    }

    private func failureTable(_ failures: [FailureGroup]) -> HTML {
        """
        <div class="scroll"><table>
        <caption>Each failure once, with the engine’s last lines where there are any.</caption>
        <thead><tr><th scope="col">Failed</th><th scope="col" class="text">What</th><th scope="col" class="text">Why</th></tr>\
        </thead>
        <tbody>
        \(failures.map { failure -> HTML in """
        <tr><td>\(failure.places.count)</td><td class="text">\(summary(of: failure.places))</td>\
        <td class="text">\(failure.message)\(evidence(failure))</td></tr>

        """ })
        </tbody></table></div>

        """
    }

    /// The first few in full, the rest behind a click.
    private func summary(of places: [String]) -> HTML {
        let shown = 3
        guard places.count > shown + 1 else { return "\(places.joined(separator: "; "))" }
        return """
            \(places.prefix(shown).joined(separator: "; ")) \
            <details><summary>and \(places.count - shown) more</summary>\(places.dropFirst(shown).joined(separator: "; "))</details>
            """
    }

    private func evidence(_ failure: FailureGroup) -> HTML {
        failure.evidence.isEmpty ? "" : "<pre class=\"evidence\">\(failure.evidence)</pre>"
    }

    private func table(_ others: [(place: String, evaluation: SweepResults.Evaluation)]) -> HTML {
        """
        <div class="scroll"><table>
        <thead><tr><th scope="col" class="text">What</th><th scope="col" class="text">How it ended</th>\
        <th scope="col">Achieved sparsity</th><th scope="col">Test accuracy</th><th scope="col" class="text">Why</th></tr></thead>
        <tbody>
        \(others.map { place, evaluation -> HTML in """
        <tr><td class="text">\(place)</td><td class="text">\(evaluation.fate.rawValue)</td>\
        <td>\(evaluation[.sparsity].map { NumberText.percent($0) } ?? "–")</td>\
        <td>\(evaluation[.testAccuracy].map { NumberText.percent($0) } ?? "–")</td>\
        <td class="text">\(evaluation.explanation)</td></tr>

        """ })
        </tbody></table></div>
        """
    }
}
