extension PlanSummary {
    /// Plain aligned lines, ending with a newline.
    package var text: String {
        let width = max(6, methods.map(\.label.count).max() ?? 0)
        var lines = [
            "sweep \(name): \(network) on \(dataset), \(counted(seeds.count, "seed"))",
            "",
            "  \("method".padded(to: width))  tasks  epochs/task  levels",
        ]
        for method in methods {
            lines.append(
                """
                  \(method.label.padded(to: width))  \(String(method.tasks).aligned(to: 5))  \
                \(String(method.retrainEpochs).aligned(to: 11))  \(method.levels.joined(separator: ", "))
                """)
        }
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

    private func saving(_ saved: Int, of all: Int, _ what: String) -> String {
        "sharing saves \(saved) \(what) (\(all == 0 ? 0 : saved * 100 / all) %)"
    }
}

private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
    fileprivate func aligned(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
