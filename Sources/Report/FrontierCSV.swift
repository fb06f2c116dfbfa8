internal import Frontier
internal import Sweep

extension SweepFrontier {
    /// `frontier.csv`: one row for each method entry and level, in task order, numbers with six decimals.
    ///
    /// `total_epochs` is the training behind a network, that of its parents included.
    /// Equal measurements give equal bytes, whoever made them and however often the sweep was interrupted.
    package var csv: String {
        var csv = CSV(
            header: ["label", "method", "level_kind", "level"] + Fate.allCases.map { "n_\($0.rawValue)" } + [
                "n", "sparsity_mean", "compression_ratio_mean", "accuracy_mean", "accuracy_sd", "accuracy_ci95_low",
                "accuracy_ci95_high", "difference_mean", "difference_ci95_low", "difference_ci95_high",
                "parameters_nonzero_mean", "macs_nonzero_mean", "theoretical_speedup_mean", "physical_speedup_mean",
                "stored_bytes_mean", "top5_accuracy_mean", "total_epochs", "on_frontier",
            ])
        for group in groups {
            let kind =
                switch group.level {
                case .sparsity: "sparsity"
                case .knob(let name, _): name
                }
            let numbers = [
                group.sparsity?.mean, group.compression?.mean, group.accuracy?.mean, group.accuracy?.deviation,
                group.accuracy?.interval?.lowerBound, group.accuracy?.interval?.upperBound, group.difference?.mean,
                group.difference?.interval?.lowerBound, group.difference?.interval?.upperBound,
                group.parametersNonzero?.mean, group.macsNonzero?.mean, group.theoreticalSpeedup?.mean,
                group.physicalSpeedup?.mean, group.storedBytes?.mean, group.top5?.mean,
            ]
            csv.append(
                [group.label, group.method, kind, NumberText.exact(group.level.value)]
                    + Fate.allCases.map { String(group.count($0)) } + [String(group.accuracy?.count ?? 0)]
                    + numbers.map { $0.map { NumberText.fixed($0) } ?? "" }
                    + [group.epochs.map(String.init) ?? "", group.isOnFrontier ? "yes" : "no"])
        }
        return csv.text
    }
}
