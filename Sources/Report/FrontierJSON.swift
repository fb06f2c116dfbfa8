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
                    (Conventions.counting + Conventions.statistics).map { ($0.name, .string($0.text)) },
                    uniquingKeysWith: { first, _ in first })),
            "answer": .array(answerSentences.map(JSON.string)),
            "answers": .array(answers.map(\.json)),
            "impossible_values": .array(
                impossible.map {
                    [
                        "measure": .string($0.measure.rawValue), "results": .number(Double($0.count)),
                        "example": .number($0.example), "of": .string($0.place),
                    ]
                }),
            "dense": ["test_accuracy": .summary(dense), "total_epochs": JSON(denseEpochs.map(Double.init))],
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
        [
            "label": .string(label), "method": .string(method), "level": level.json,
            "tasks_by_end": .object(
                Dictionary(
                    fates.map { ($0.key.rawValue, .number(Double($0.value))) }, uniquingKeysWith: { first, _ in first })
            ),
            "sparsity": .summary(sparsity), "compression_ratio": .summary(compression),
            "test_accuracy": .summary(accuracy), "difference_to_dense": .summary(difference),
            "parameters_nonzero": .summary(parametersNonzero), "macs_nonzero": .summary(macsNonzero),
            "theoretical_speedup": .summary(theoreticalSpeedup), "physical_speedup": .summary(physicalSpeedup),
            "stored_bytes": .summary(storedBytes), "test_top5_accuracy": .summary(top5),
            "total_epochs": JSON(epochs.map(Double.init)), "structure": structure.map { .string($0.rawValue) } ?? .null,
            "on_frontier": .bool(isOnFrontier),
        ]
    }
}

extension SweepFrontier.Answer {
    /// `difference` and `interval` are shares, as elsewhere in the file; only `within_points` is in points.
    fileprivate var json: JSON {
        [
            "within_points": .number(allowance * 100), "label": best.map { .string($0.label) } ?? .null,
            "level": best?.level.json ?? .null, "sparsity": JSON(best?.sparsity?.mean),
            "difference": JSON(best?.difference?.mean), "interval": .interval(best?.difference?.interval),
            "n": JSON(best?.difference.map { Double($0.count) }), "certain": .bool(isCertain),
            "as_sparse": .array(equals.map { .string($0.label) }),
            "certain_up_to": certain.map {
                ["label": .string($0.label), "level": $0.level.json, "sparsity": JSON($0.sparsity?.mean)]
            } ?? .null,
        ]
    }
}

extension Level {
    fileprivate var json: JSON {
        switch self {
        case .sparsity(let value): ["sparsity": .number(value)]
        case .knob(let name, let value): [name: .number(value)]
        }
    }
}

extension JSON {
    fileprivate static func interval(_ interval: ClosedRange<Double>?) -> JSON {
        interval.map { [JSON($0.lowerBound), JSON($0.upperBound)] } ?? .null
    }

    fileprivate static func summary(_ summary: Summary?) -> JSON {
        guard let summary else { return .null }
        return [
            "n": .number(Double(summary.count)), "mean": JSON(summary.mean), "sd": JSON(summary.deviation),
            "ci95": .interval(summary.interval),
        ]
    }
}
