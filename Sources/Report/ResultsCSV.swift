internal import Frontier
internal import Sweep

extension SweepResults {
    /// `results.csv`: one row for each dense network and each task, everything that is known of it in columns.
    ///
    /// Measures are in the units of ``Measure``, then come the ratios of ``Ratio``; measures that an engine of the user's
    /// own added follow by name. Values stand as they were stored, impossible ones too. An empty field is a value that does not exist (yet).
    package var csv: String {
        let known = Measure.allCases.map(\.rawValue)
        let evaluations = dense.map(\.evaluation) + rows.map(\.evaluation)
        let added = Set(evaluations.flatMap { $0.outcome.map { Array($0.measures.keys) } ?? [] }).subtracting(
            known + Ratio.allCases.map(\.rawValue))

        var csv = CSV(
            header: [
                "kind", "task", "method", "label", "level_kind", "level", "requested_sparsity", "seed", "state",
                "status",
                "note", "stage", "dense_stage", "checkpoint", "worker", "seconds", "environment",
            ] + known + Ratio.allCases.map(\.rawValue) + added.sorted())
        func append(_ identity: [String], _ evaluation: Evaluation, stage: StageKey?, dense: StageKey) {
            let outcome = evaluation.outcome
            let checkpoint = outcome?.artifacts.first { $0.role == "checkpoint" }?.sha256
            csv.append(
                identity + [
                    evaluation.state.rawValue, outcome?.status.rawValue ?? "", evaluation.explanation, stage?.hex ?? "",
                    dense.hex, checkpoint ?? "", evaluation.worker, outcome.map { NumberText.exact($0.seconds) } ?? "",
                    outcome?.environment ?? "",
                ] + known.map { outcome?.measures[$0].map(NumberText.exact) ?? "" }
                    + Ratio.allCases.map { $0.value(of: evaluation).map(NumberText.exact) ?? "" }
                    + added.sorted().map { outcome?.measures[$0].map(NumberText.exact) ?? "" })
        }
        for network in dense {
            append(
                ["dense", "", "", "", "", "", "", String(network.seed)], network.evaluation, stage: network.stage,
                dense: network.stage)
        }
        for row in rows {
            let task = row.task
            let (kind, requested) =
                switch task.level {
                case .sparsity(let value): ("sparsity", NumberText.exact(value))
                case .knob(let name, _): (name, "")
                }
            append(
                [
                    "task", String(task.index), task.method, task.label, kind, NumberText.exact(task.level.value),
                    requested, String(task.seed),
                ], row.evaluation, stage: task.stages.last, dense: row.dense)
        }
        return csv.text
    }
}

extension SweepResults.Evaluation {
    /// Why this is not an ordinary measurement: the coordinator's sentence, else the engine's.
    var explanation: String { note.isEmpty ? outcome?.note ?? "" : note }
}
