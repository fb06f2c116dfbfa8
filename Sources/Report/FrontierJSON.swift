internal import Frontier
internal import Sweep

extension SweepFrontier {
    /// The text of `frontier.json`.
    package func jsonText(of results: SweepResults) throws -> String { try json(of: results).text() }

    /// `frontier.json`: the rows of `frontier.csv` at full precision, with what is needed to read them alone.
    func json(of results: SweepResults) -> JSON {
        let fates = results.rows.map(\.evaluation.fate)
        return [
            "sweep": [
                "id": .string(results.id), "name": .string(results.plan.name), "network": .string(results.plan.network),
                "dataset": .string(results.plan.dataset), "state": .string(results.state),
                "tasks": .number(Double(results.rows.count)),
                "tasks_by_end": .object(
                    Dictionary(fates.map { ($0.rawValue, 1.0) }, uniquingKeysWith: +).mapValues(JSON.number)),
            ],
            "conventions": .object(
                Dictionary(
                    Conventions.counting.map { ($0.name, .string($0.text)) }, uniquingKeysWith: { first, _ in first })),
            "dense": ["test_accuracy": .summary(dense)],
            "hypervolume": [
                "reference": ["sparsity": 0, "accuracy": 0],
                "all": JSON(hypervolume),
                "by_label": .object(hypervolumeByLabel.mapValues(JSON.number)),
            ],
            "points": .array(groups.map(\.json)),
        ]
    }
}

extension SweepFrontier.Group {
    fileprivate var json: JSON {
        let level: JSON =
            switch level {
            case .sparsity(let value): ["sparsity": .number(value)]
            case .knob(let name, let value): [name: .number(value)]
            }
        return [
            "label": .string(label), "method": .string(method), "level": level,
            "tasks_by_end": .object(
                Dictionary(
                    fates.map { ($0.key.rawValue, .number(Double($0.value))) }, uniquingKeysWith: { first, _ in first })
            ),
            "sparsity": .summary(sparsity), "compression_ratio": .summary(compression),
            "test_accuracy": .summary(accuracy), "difference_to_dense": .summary(difference),
            "parameters_nonzero": .summary(parametersNonzero), "macs_nonzero": .summary(macsNonzero),
            "theoretical_speedup": .summary(theoreticalSpeedup), "physical_speedup": .summary(physicalSpeedup),
            "stored_bytes": .summary(storedBytes), "test_top5_accuracy": .summary(top5),
            "structure": structure.map { .string($0.rawValue) } ?? .null, "on_frontier": .bool(isOnFrontier),
        ]
    }
}

extension JSON {
    fileprivate static func summary(_ summary: Summary?) -> JSON {
        guard let summary else { return .null }
        return [
            "n": .number(Double(summary.count)), "mean": JSON(summary.mean), "sd": JSON(summary.deviation),
            "ci95": summary.interval.map { [JSON($0.lowerBound), JSON($0.upperBound)] } ?? .null,
        ]
    }
}
