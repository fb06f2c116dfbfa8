internal import Sweep

/// Ratios under the names of their counting conventions, worked out here from the counts, whatever engine counted.
enum Ratio: String, CaseIterable {
    /// Pruned share of the prunable weights: what papers call sparsity.
    case sparsityPrunable = "sparsity_prunable"
    /// All parameters / nonzero parameters, as ShrinkBench has it.
    case compressionAll = "compression_ratio_all"
    /// All parameters / those of the network as it physically is.
    case compressionStored = "compression_ratio_stored"
    /// Dense / nonzero multiply-accumulates: what perfect sparse arithmetic would gain.
    case theoreticalSpeedup = "theoretical_speedup"
    /// Dense multiply-accumulates / those of the network as it physically is: what any hardware is spared.
    case physicalSpeedup = "physical_speedup"

    /// Nil where a count is missing or nothing is left to divide by, and where the quotient is too large for a number.
    func value(of evaluation: SweepResults.Evaluation) -> Double? {
        func quotient(_ all: Measure, _ left: Measure) -> Double? {
            guard let all = evaluation[all], let left = evaluation[left], left > 0 else { return nil }
            return (all / left).isFinite ? all / left : nil
        }
        return switch self {
        case .sparsityPrunable:
            evaluation[.prunableTotal].flatMap { total in
                evaluation[.prunableNonzero].flatMap { total > 0 ? 1 - $0 / total : nil }
            }
        case .compressionAll: quotient(.parametersTotal, .parametersNonzero)
        case .compressionStored: quotient(.parametersTotal, .parametersStored)
        case .theoreticalSpeedup: quotient(.macsDense, .macsNonzero)
        case .physicalSpeedup: quotient(.macsDense, .macsStructured)
        }
    }
}
