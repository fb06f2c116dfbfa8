package import Sweep

extension PlanSummary {
    /// What `espalier plan` prints, ending with a newline.
    ///
    /// - Parameter width: Columns it must fit into; nil where nothing limits them.
    package func text(width: Int?) -> String {
        let budgets = hasEqualBudgets ? "the same for every task" : "it differs, so compare with care"
        return """
            sweep \(name): \(network) on \(dataset), \(seeds.count) seed\(seeds.count == 1 ? "" : "s")

            \(methodTable.terminal(inColour: false, width: width))
            epochs/task: all training behind a task's network, dense training included; \(budgets)

            \(totals)

            """.folded(to: width)
    }

    private var methodTable: TextTable {
        TextTable(
            columns: [
                .init("method", .left), .init("start", .left), .init("allocation", .left), .init("schedule", .left),
                .init("tasks", .right), .init("epochs/task", .right), .init("levels", .left),
            ],
            rows: methods.map { method in
                let (least, most) = (method.taskEpochs.min() ?? 0, method.taskEpochs.max() ?? 0)
                return .init([
                    method.label, method.start.rawValue, method.allocation, method.schedule, String(method.tasks),
                    least == most ? String(most) : "\(least) to \(most)", method.levels.joined(separator: ", "),
                ])
            })
    }

    private var totals: String {
        let rows = [
            ("tasks", tasks, ""),
            ("stages", stages, "\(trainStages) train, \(pruneStages) prune; \(sharedStages) shared by several tasks"),
            ("  each task alone", stagesAlone, saving(savedStages, of: stagesAlone, "stages")),
            ("epochs", epochs, "of training, retraining included"),
            ("  each task alone", epochsAlone, saving(savedEpochs, of: epochsAlone, "epochs")),
        ]
        let names = rows.map(\.0.count).max() ?? 0
        let digits = rows.map { String($0.1).count }.max() ?? 0
        func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
        return rows.map { name, count, note in
            let number = spaces(digits - String(count).count) + String(count)
            return name + spaces(names - name.count) + "  " + number + (note.isEmpty ? "" : "  \(note)")
        }.joined(separator: "\n")
    }

    private func saving(_ saved: Int, of all: Int, _ what: String) -> String {
        "sharing saves \(saved) \(what) (\(all == 0 ? 0 : saved * 100 / all) %)"
    }
}
