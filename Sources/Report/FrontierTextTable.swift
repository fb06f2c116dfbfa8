internal import Frontier
internal import Sweep

extension SweepFrontier {
    /// What `espalier frontier` and `espalier run` print: the answers in sentences, the table, and the remarks on it.
    ///
    /// - Parameters: as of ``TextTable/terminal(inColour:width:)``.
    package func terminalText(inColour: Bool, width: Int? = nil) -> String {
        text(around: textTable.terminal(inColour: inColour, width: width), separator: "\n", width: width)
    }

    /// The same in Markdown.
    package var markdownText: String { text(around: textTable.markdown, separator: "\n\n") }

    /// - Parameter separator: Between sentences: Markdown would join mere lines to one paragraph.
    private func text(around table: String, separator: String, width: Int? = nil) -> String {
        let speedup = "The physical speed-up is macs_dense / macs_structured, not a measured time."
        let remarks = remarks + (hasStructured ? [speedup] : [])
        func folded(_ sentences: [String]) -> String {
            sentences.map { $0.folded(to: width) }.joined(separator: separator)
        }
        return [folded(answerSentences) + "\n", table, folded(remarks)]
            .filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// Every point in a row; members of the frontier are emphasised.
    package var textTable: TextTable {
        // Some columns are there only where they tell something.
        func speedup(_ text: String) -> [String] { hasStructured ? [text] : [] }
        func budget(_ text: String) -> [String] { hasEqualBudgets ? [] : [text] }
        let baseline = dense.map { dense in
            TextTable.Row(
                ["dense", "–"] + budget(denseEpochs.map(String.init) ?? "–") + ["0.00 %", "1.00×"] + speedup("1.00×")
                    + [
                        NumberText.percent(dense), NumberText.interval(dense), "–", String(dense.count), "",
                    ])
        }
        return TextTable(
            columns: [.init("method", .left), .init("level", .right)] + budget("epochs").map { .init($0, .right) } + [
                .init("sparsity", .right), .init("compression", .right),
            ] + speedup("physical speed-up").map { .init($0, .right) } + [
                .init("test accuracy", .right), .init("95 % interval", .right), .init("Δ dense", .right),
                .init("n", .right), .init("frontier", .left),
            ],
            rows: (baseline.map { [$0] } ?? [])
                + groups.map { group in
                    .init(
                        [group.label, NumberText.level(group.level)] + budget(group.epochs.map(String.init) ?? "–") + [
                            group.sparsity.map { NumberText.percent($0.mean) } ?? "–",
                            group.compression.map { NumberText.ratio($0.mean) } ?? "–",
                        ] + speedup(group.physicalSpeedup.map { NumberText.ratio($0.mean) } ?? "–") + [
                            group.accuracy.map(NumberText.percent) ?? "–", NumberText.interval(group.accuracy),
                            group.difference.map { NumberText.points($0.mean) } ?? "–", group.countText,
                            group.isOnFrontier ? "●" : "",
                        ], isEmphasised: group.isOnFrontier)
                },
            spare: ["95 % interval", "compression", "physical speed-up", "epochs", "n"],
            source: "espalier frontier --csv")
    }
}

extension SweepFrontier.Group {
    /// "3", or "2 of 3" where not every task entered the means.
    var countText: String {
        let count = accuracy?.count ?? 0
        return count == taskCount ? String(count) : "\(count) of \(taskCount)"
    }
}
