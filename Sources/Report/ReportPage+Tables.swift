internal import Foundation
internal import Frontier
internal import Sweep

extension ReportPage {
    /// Every method entry at every level, with the dense networks on top.
    var frontierTable: HTML {
        let baseline: HTML =
            frontier.dense.map { dense -> HTML in
                """
                <tbody><tr><th scope="rowgroup">dense</th><td>–</td><td>\(NumberText.percent(dense))</td>\
                <td class="soft">\(NumberText.interval(dense))</td><td>–</td><td class="soft">–</td><td>\(dense.count)</td>\
                <td>\(NumberText.percent(0))</td><td>\(NumberText.ratio(1))</td><td>\(denseMean(.parametersTotal))</td>\
                <td>\(denseMean(.macsDense))</td><td>\(NumberText.ratio(1))</td>\(speedup(NumberText.ratio(1)))\(budget(frontier.denseEpochs))</tr></tbody>

                """
            } ?? ""
        let bodies = frontier.labels.map { label -> HTML in
            let groups = frontier.groups.filter { $0.label == label }
            let rows = groups.enumerated().map { position, group -> HTML in
                let heading: HTML =
                    position > 0 ? "" : "<th scope=\"rowgroup\" rowspan=\"\(groups.count)\">\(label)</th>"
                return row(group, heading: heading)
            }
            return "<tbody>\(rows)</tbody>\n"
        }
        return """
            <section aria-labelledby="table">
            <h2 id="table">Every method and level</h2>
            <div class="scroll"><table>
            <caption>Means over seeds ± sample standard deviation; in brackets 95 % intervals. Differences in percentage points, \
            paired by dense network. ● means on the frontier. \(frontier.budgetRemark ?? "")</caption>
            <thead><tr><th scope="col" class="text">Method</th><th scope="col">Level</th><th scope="col">Test accuracy</th>\
            <th scope="col">95 % interval</th><th scope="col">Difference to dense</th><th scope="col">95 % interval</th>\
            <th scope="col">Seeds</th><th scope="col">Achieved sparsity</th><th scope="col">Compression</th>\
            <th scope="col">Nonzero parameters</th><th scope="col">Nonzero MACs</th>\
            <th scope="col">Theoretical speed-up</th>\
            \(frontier.hasStructured ? "<th scope=\"col\">Physical speed-up</th>" : "" as HTML)\
            \(frontier.hasEqualBudgets ? "" : "<th scope=\"col\">Epochs in all</th>" as HTML)</tr></thead>
            \(baseline)\(bodies)</table></div>
            </section>
            """
    }

    private func row(_ group: SweepFrontier.Group, heading: HTML) -> HTML {
        func mean(_ summary: Summary?) -> String { summary.map { NumberText.count($0.mean) } ?? "–" }
        func ratio(_ summary: Summary?) -> String { summary.map { NumberText.ratio($0.mean) } ?? "–" }
        let mark: HTML =
            group.isOnFrontier ? "<span class=\"mark\" role=\"img\" aria-label=\"on the frontier\">●</span> " : ""
        return """
            <tr\(group.isOnFrontier ? " class=\"frontier\"" : "" as HTML)>\(heading)<td>\(mark)\(NumberText.level(group.level))</td>\
            <td>\(group.accuracy.map(NumberText.percent) ?? "–")</td><td class="soft">\(NumberText.interval(group.accuracy))</td>\
            <td>\(group.difference.map { NumberText.points($0.mean) } ?? "–")</td>\
            <td class="soft">\(NumberText.interval(group.difference, signed: true))</td><td>\(group.countText)</td>\
            <td>\(group.sparsity.map { NumberText.percent($0.mean) } ?? "–")</td>\
            <td>\(group.compression.map { NumberText.ratio($0.mean) } ?? "–")</td><td>\(mean(group.parametersNonzero))</td>\
            <td>\(mean(group.macsNonzero))</td><td>\(ratio(group.theoreticalSpeedup))</td>\
            \(speedup(ratio(group.physicalSpeedup)))\(budget(group.epochs))</tr>

            """
    }

    /// A cell of a column that is there only when some method makes the network itself smaller.
    private func speedup(_ text: String) -> HTML { frontier.hasStructured ? "<td>\(text)</td>" : "" }

    /// A cell of a column that is there only when training budgets differ.
    private func budget(_ epochs: Int?) -> HTML {
        frontier.hasEqualBudgets ? "" : "<td>\(epochs.map(String.init) ?? "–")</td>"
    }

    private func denseMean(_ measure: Measure) -> String {
        Summary(results.dense.compactMap { $0.evaluation[measure] }).map { NumberText.count($0.mean) } ?? "–"
    }
}
