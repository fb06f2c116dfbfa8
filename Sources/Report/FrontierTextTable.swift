internal import Frontier
internal import Sweep

extension SweepFrontier {
    /// What `espalier frontier` prints, for a terminal or as Markdown; members of the frontier are emphasised.
    package var textTable: TextTable {
        // The speed-up that hardware sees is worth a column where networks really shrink.
        func speedup(_ text: String) -> [String] { hasStructured ? [text] : [] }
        let baseline = dense.map { dense in
            TextTable.Row(
                ["dense", "–", "0.00 %", "1.00×"] + speedup("1.00×") + [
                    NumberText.percent(dense), NumberText.interval(dense), "–", String(dense.count), "",
                ])
        }
        return TextTable(
            columns: [
                .init("method", .left), .init("level", .right), .init("sparsity", .right), .init("compression", .right),
            ] + speedup("speed-up").map { .init($0, .right) } + [
                .init("test accuracy", .right), .init("95 % interval", .right), .init("Δ dense", .right),
                .init("n", .right), .init("frontier", .left),
            ],
            rows: (baseline.map { [$0] } ?? [])
                + groups.map { group in
                    .init(
                        [
                            group.label, NumberText.level(group.level),
                            group.sparsity.map { NumberText.percent($0.mean) } ?? "–",
                            group.compression.map { NumberText.ratio($0.mean) } ?? "–",
                        ] + speedup(group.physicalSpeedup.map { NumberText.ratio($0.mean) } ?? "–") + [
                            group.accuracy.map(NumberText.percent) ?? "–", NumberText.interval(group.accuracy),
                            group.difference.map { NumberText.points($0.mean) } ?? "–", group.countText,
                            group.isOnFrontier ? "●" : "",
                        ], isEmphasised: group.isOnFrontier)
                })
    }
}

extension SweepFrontier.Group {
    /// "3", or "2 of 3" where not every task entered the means.
    var countText: String {
        let count = accuracy?.count ?? 0
        return count == taskCount ? String(count) : "\(count) of \(taskCount)"
    }
}
