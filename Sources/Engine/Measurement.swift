internal import Datasets
internal import Networks
internal import Pruning
internal import Sweep

/// Everything a finished stage reports. Making one reads the test set, once.
struct Measurement {
    let outcome: Outcome

    init(_ model: Model, _ dataset: Dataset, _ split: Split, _ record: ResumeCheckpoint.Record) throws {
        let (network, dense) = (model.network, model.dense)
        let masks = try model.kept
        var left: [String: Int] = [:]
        for parameter in network.parameters { left[parameter.name] = try masks.nonzero(parameter) }
        let nonzero = left.values.reduce(0, +)

        var measures: [Measure: Double] = [
            .sparsity: try model.sparsity,
            .parametersTotal: Double(dense.parameterCount),
            .parametersStored: Double(network.parameterCount),
            .parametersNonzero: Double(nonzero),
            .prunableTotal: Double(dense.prunableCount),
            .prunableNonzero: Double(try masks.prunableNonzero()),
            .compressionRatio: Double(dense.parameterCount) / Double(max(nonzero, 1)),
            .macsDense: Double(dense.macs),
            .macsStructured: Double(network.macs),
            .macsNonzero: Double(network.macs { left[$0.name] ?? 0 }),
            .trainingEpochs: Double(record.curve.count),
            .totalEpochs: Double(record.earlierEpochs + record.curve.count),
            .trainingSteps: Double(record.position.completed),
            .trainingOperations: record.trainingOperations,
        ]
        let test = try Evaluation(of: model, on: dataset.test, at: Array(0..<Int64(dataset.test.count)))
        measures[.testAccuracy] = test.accuracy
        measures[.testTop5Accuracy] = test.top5Accuracy
        measures[.testLoss] = test.loss
        if !split.validation.isEmpty {
            let validation = try Evaluation(of: model, on: dataset.training, at: split.validation)
            measures[.validationAccuracy] = validation.accuracy
            measures[.validationLoss] = validation.loss
        }
        var named = Dictionary(uniqueKeysWithValues: measures.map { ($0.key.rawValue, $0.value) })
        named.merge(record.measures) { $1 }
        outcome = Outcome(
            measures: named.filter(\.value.isFinite),
            layers: dense.prunable.map { parameter in
                Outcome.Layer(
                    parameter: parameter.name, total: UInt64(parameter.count),
                    nonzero: UInt64(Self.left(of: parameter.name, left)))
            },
            epochs: record.curve)
    }

    /// Weights left of a dense layer: its own, or those of the layers it was factored into.
    private static func left(of parameter: String, _ left: [String: Int]) -> Int {
        if let own = left[parameter] { return own }
        let stem = parameter.dropLast(".weight".count)
        return left.filter { $0.key.hasPrefix("\(stem).") && $0.key.hasSuffix(".weight") }.values.reduce(0, +)
    }
}
