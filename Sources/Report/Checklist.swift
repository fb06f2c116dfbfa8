internal import Frontier
internal import Sweep

/// What Blalock et al. 2020 ask of whoever compares pruning methods, audited on one sweep.
enum Checklist {
    struct Demand {
        let name: String
        let isMet: Bool
        /// What there is, and what is missing.
        let finding: String
    }

    static func demands(on results: SweepResults, frontier: SweepFrontier) -> [Demand] {
        let methods = Set(results.plan.tasks.map(\.method))
        let controls = MethodCatalogue.standardControls.filter(methods.contains)
        let missing = MethodCatalogue.standardControls.filter { !methods.contains($0) }
        let levels = frontier.labels.filter { $0 != "dense" }.map { label in frontier.groups.count { $0.label == label }
        }
        let seeds = Set(results.plan.tasks.map(\.seed)).count
        // What each entry's retraining starts from; an untrained network of the seed is the same for all.
        let fresh = Set(
            results.plan.stages.filter { $0.stage.pruning?.retrain.mode == .reinitialise }.map(\.key))
        let reinitialised = Set(
            results.plan.tasks.filter { task in task.stages.last.map(fresh.contains) ?? false }.map(\.label)
        ).sorted()
        let hasEqualBudgets = frontier.hasEqualBudgets
        let hasTop5 = frontier.groups.contains { $0.top5 != nil }
        return [
            Demand(
                name: "Controls under the same conditions", isMet: missing.isEmpty,
                finding: (controls.isEmpty ? "none" : controls.joined(separator: ", "))
                    + (missing.isEmpty
                        ? "" : "; missing: \(missing.joined(separator: ", ")) (`controls: true` adds them)")),
            Demand(
                name: "Unpruned accuracy in the same framework", isMet: frontier.dense != nil,
                finding: frontier.dense.map { NumberText.percent($0) } ?? "not measured"),
            Demand(
                name: "The same initial weights, data and dense networks for all methods", isMet: reinitialised.isEmpty,
                finding: "one dense network for each seed, shared by all tasks"
                    + (reinitialised.isEmpty ? "" : "; other initial weights: \(reinitialised.joined(separator: ", "))")
            ),
            Demand(
                name: "The same training budget", isMet: hasEqualBudgets,
                finding: hasEqualBudgets ? "equal" : "differs: see the table above"),
            Demand(
                name: "At least five operating points for each method", isMet: (levels.min() ?? 0) >= 5,
                finding: levels.min() == levels.max()
                    ? "\(levels.min() ?? 0)" : "\(levels.min() ?? 0) to \(levels.max() ?? 0)"),
            Demand(
                name: "At least three repetitions, with their spread", isMet: seeds >= 3,
                finding: "\(seeds) \(seeds == 1 ? "seed" : "seeds"), sample standard deviation and 95 % interval"),
            Demand(
                name: "Compression ratio and theoretical speed-up, with the counts behind them",
                isMet: frontier.groups.contains { $0.compression != nil && $0.theoreticalSpeedup != nil },
                finding: "columns of results.csv, defined below"),
            Demand(
                name: "Top-1 and top-5 accuracy", isMet: hasTop5,
                finding: hasTop5 ? "both, in results.csv" : "top-1 only"),
            Demand(
                name: "Accuracy before retraining",
                isMet: frontier.groups.contains { $0.validationBeforeRetraining != nil },
                finding: "on the validation split"),
            Demand(
                name: "At least three pairs of network and data set", isMet: false,
                finding: "one here: \(results.plan.network) on \(results.plan.dataset)"),
        ]
    }
}
