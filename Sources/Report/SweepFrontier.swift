internal import Foundation
package import Frontier
package import Sweep

/// A sweep's results by method and level, with what the seeds say about each, and the frontier among them.
///
/// A pure function of the plan and the measured values: no times, no workers, so two runs that measured the same
/// give the same frontier to the last bit.
package struct SweepFrontier: Sendable {
    /// The tasks of one method entry at one level, over seeds: one point of the frontier plot.
    package struct Group: Sendable {
        package let label: String
        package let method: String
        package let level: Level
        /// How many tasks came to which end; together all of the group's tasks.
        package let fates: [Fate: Int]
        /// Test accuracy, 0...1; `nil` before the first measured task. The same for all that follow.
        package let accuracy: Summary?
        /// Test accuracy minus that of the same seed's dense network.
        package let difference: Summary?
        /// Achieved, 0...1.
        package let sparsity: Summary?
        package let compression: Summary?
        package let parametersNonzero: Summary?
        package let macsNonzero: Summary?
        /// Dense / nonzero multiply-accumulates: what perfect sparse arithmetic would gain.
        package let theoreticalSpeedup: Summary?
        /// Dense multiply-accumulates / those of the network as it physically is.
        package let physicalSpeedup: Summary?
        /// Of the checkpoint file.
        package let storedBytes: Summary?
        /// Share of test images whose class is among the five likeliest.
        package let top5: Summary?
        /// Epochs of training behind the network, those of its parents included; `nil` where the plan has no such stage.
        package let epochs: Int?
        /// What the method removes; `nil` for one the catalogue does not know.
        package let structure: MethodCatalogue.Structure?
        /// Validation accuracy right after the last pruning and after retraining, 0...1.
        package let validationBeforeRetraining: Summary?
        package let validationAfterRetraining: Summary?
        /// No other group's mean is at least as sparse and as accurate, and better in one.
        package fileprivate(set) var isOnFrontier = false

        /// How many of the evaluations met this fate.
        package func count(_ fate: Fate) -> Int { fates[fate, default: 0] }
        package var taskCount: Int { fates.values.reduce(0, +) }
        /// Whether the method is there to be beaten.
        package var isControl: Bool { MethodCatalogue[method]?.isControl ?? false }
        /// Whether the network itself becomes smaller.
        package var isStructured: Bool { structure == .channel || structure == .rank }
    }

    package let groups: [Group]
    /// Test accuracy of the dense networks.
    package let dense: Summary?
    /// Epochs of training behind a dense network; `nil` without one.
    package let denseEpochs: Int?
    /// The area that the means dominate, from (sparsity 0, accuracy 0): 0...1.
    package let hypervolume: Double
    /// The same of each method entry alone, by label.
    package let hypervolumeByLabel: [String: Double]
    /// Stored values that cannot be; they are left out of all of the above.
    package let impossible: [ImpossibleValues]

    package init(_ results: SweepResults) {
        impossible = ImpossibleValues.all(of: results)
        let epochs = results.plan.epochsBehind
        denseEpochs = results.dense.first.flatMap { epochs[$0.stage] }
        let baselines = Dictionary(
            results.dense.map { ($0.stage, $0.evaluation[.testAccuracy]) }, uniquingKeysWith: { first, _ in first })
        dense = Summary(
            results.dense.compactMap { $0.evaluation[.testAccuracy] }, within: Measure.testAccuracy.range.closed)

        var order: [Cell] = []
        var rows: [Cell: [SweepResults.Row]] = [:]
        for row in results.rows.sorted(by: { $0.task.index < $1.task.index }) {
            let cell = Cell(label: row.task.label, level: row.task.level)
            if rows[cell] == nil { order.append(cell) }
            rows[cell, default: []].append(row)
        }
        var groups = order.map {
            Group(rows[$0] ?? [], baselines: baselines.compactMapValues(\.self), epochs: epochs)
        }

        let candidates = groups.indices.filter { groups[$0].point != nil }
        let points = candidates.compactMap { groups[$0].point }
        for member in ParetoFrontier(of: points).members { groups[candidates[member]].isOnFrontier = true }

        let origin = Point(reduction: 0, accuracy: 0)
        hypervolume = ParetoFrontier(of: points).hypervolume(reference: origin)
        hypervolumeByLabel = Dictionary(grouping: groups, by: \.label).mapValues { own in
            ParetoFrontier(of: own.compactMap(\.point)).hypervolume(reference: origin)
        }
        self.groups = groups
    }

    /// Method entries in the order of the sweep file.
    package var labels: [String] {
        var seen: Set<String> = []
        return groups.map(\.label).filter { seen.insert($0).inserted }
    }

    /// Whether there is the same number of training epochs behind every point, as a fair comparison asks for.
    package var hasEqualBudgets: Bool { Set(groups.compactMap(\.epochs)).count < 2 }

    /// Whether any method makes the network itself smaller, so that speed-ups on paper and in fact are worth comparing.
    package var hasStructured: Bool { groups.contains(where: \.isStructured) }

    private struct Cell: Hashable {
        let label: String
        let level: Level
    }
}

extension SweepFrontier.Group {
    /// `rows` are those of one cell, in task order and not empty.
    fileprivate init(_ rows: [SweepResults.Row], baselines: [StageKey: Double], epochs: [StageKey: Int]) {
        label = rows[0].task.label
        method = rows[0].task.method
        level = rows[0].task.level
        fates = Dictionary(rows.map { ($0.evaluation.fate, 1) }, uniquingKeysWith: +)

        // An accuracy without a sparsity, or one at a sparsity that was not asked for, is no replicate of this point.
        let replicates = rows.filter {
            $0.evaluation.fate.entersMeans && $0.evaluation[.testAccuracy] != nil && $0.evaluation[.sparsity] != nil
        }
        func summary(_ measure: Measure) -> Summary? {
            Summary(replicates.compactMap { $0.evaluation[measure] }, within: measure.range.closed)
        }
        accuracy = summary(.testAccuracy)
        sparsity = summary(.sparsity)
        compression = summary(.compressionRatio)
        parametersNonzero = summary(.parametersNonzero)
        macsNonzero = summary(.macsNonzero)
        validationBeforeRetraining = summary(.prunedValidationAccuracy)
        validationAfterRetraining = summary(.validationAccuracy)
        top5 = summary(.testTop5Accuracy)
        storedBytes = summary(.storedBytes)
        func speedup(_ ratio: Ratio) -> Summary? {
            Summary(replicates.compactMap { ratio.value(of: $0.evaluation) }, within: 0 ... .infinity)
        }
        theoreticalSpeedup = speedup(.theoreticalSpeedup)
        physicalSpeedup = speedup(.physicalSpeedup)
        self.epochs = rows[0].task.stages.last.flatMap { epochs[$0] }
        structure = MethodCatalogue[method]?.structure
        difference = Summary(
            differences: replicates.compactMap { row in
                guard let value = row.evaluation[.testAccuracy], let baseline = baselines[row.dense] else { return nil }
                return (value, baseline)
            }, within: -1...1)
    }

    fileprivate var point: Point? {
        guard let sparsity, let accuracy else { return nil }
        return Point(reduction: sparsity.mean, accuracy: accuracy.mean)
    }
}

/// How a task ended, or that it has not.
package enum Fate: String, CaseIterable, Sendable {
    case ok, collapsed, infeasible, diverged, failed, pending

    /// A collapsed or diverged network is what the method led to, and leaving it out would flatter the method; an
    /// infeasible one stands at another level than the one asked for.
    package var entersMeans: Bool { self == .ok || self == .collapsed || self == .diverged }
}

extension SweepResults.Evaluation {
    package var fate: Fate {
        switch state {
        case .pending: return .pending
        case .failed: return .failed
        case .measured: break
        }
        return switch outcome?.status {
        case .ok: .ok
        case .collapsed: .collapsed
        case .infeasible: .infeasible
        case .diverged: .diverged
        case nil: .failed
        }
    }

    /// The measured value; nil where there is none, or one outside the measure's range (see ``SweepFrontier/impossible``).
    subscript(measure: Measure) -> Double? {
        outcome?.measures[measure.rawValue].flatMap { measure.allows($0) ? $0 : nil }
    }
}

extension NumberRange {
    fileprivate var closed: ClosedRange<Double> { lower...upper }
}
