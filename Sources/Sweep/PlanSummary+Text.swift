extension PlanSummary {
    /// Plain aligned lines, ending with a newline.
    package var text: String {
        let columns =
            [["method"] + methods.map(\.label)]
            + Self.columns.map { name, text in
                [name] + methods.map(text)
            }
        var lines = [
            "sweep \(name): \(network) on \(dataset), \(counted(seeds.count, "seed"))",
            "",
        ]
        for row in 0...methods.count {
            let cells = columns.map { column in
                column[row].padded(
                    to: column.map(\.count).max() ?? 0, isNumber: ["tasks", "epochs/task"].contains(column[0]))
            }
            let levels = row == 0 ? "levels" : methods[row - 1].levels.joined(separator: ", ")
            lines.append("  \((cells + [levels]).joined(separator: "  "))")
        }
        lines += [
            "",
            hasEqualBudgets
                ? "  epochs/task: all training behind a task's network, dense training included; the same for every task"
                : "  epochs/task: all training behind a task's network, dense training included; it differs, so compare with care",
        ]
        lines += [""]
        let rows = [
            ("tasks", tasks, ""),
            ("stages", stages, "\(trainStages) train, \(pruneStages) prune; \(sharedStages) shared by several tasks"),
            ("  each task alone", stagesAlone, saving(savedStages, of: stagesAlone, "stages")),
            ("epochs", epochs, "of training, retraining included"),
            ("  each task alone", epochsAlone, saving(savedEpochs, of: epochsAlone, "epochs")),
        ]
        let label = rows.map(\.0.count).max() ?? 0
        let digits = rows.map { String($0.1).count }.max() ?? 0
        for (name, count, note) in rows {
            let line = "  \(name.padded(to: label))  \(String(count).aligned(to: digits))"
            lines.append(note.isEmpty ? line : "\(line)  \(note)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What the table says of each method between its name and its levels.
    private static let columns: [(name: String, text: @Sendable (Method) -> String)] = [
        ("start", { $0.start.rawValue }), ("allocation", { $0.allocation }), ("schedule", { $0.schedule }),
        ("tasks", { String($0.tasks) }),
        (
            "epochs/task",
            { method in
                let (least, most) = (method.taskEpochs.min() ?? 0, method.taskEpochs.max() ?? 0)
                return least == most ? String(most) : "\(least) to \(most)"
            }
        ),
    ]

    private func saving(_ saved: Int, of all: Int, _ what: String) -> String {
        "sharing saves \(saved) \(what) (\(all == 0 ? 0 : saved * 100 / all) %)"
    }
}

private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

extension String {
    fileprivate func padded(to width: Int, isNumber: Bool = false) -> String {
        isNumber ? aligned(to: width) : self + String(repeating: " ", count: max(0, width - count))
    }
    fileprivate func aligned(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
