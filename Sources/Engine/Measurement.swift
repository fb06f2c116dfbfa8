internal import Datasets
internal import Networks
internal import Pruning
internal import Sweep

/// Everything a finished stage reports. Making one reads the test set, once.
struct Measurement {
    let outcome: Outcome

    init(
        _ model: Model, _ dataset: Dataset, _ split: Split, _ schedule: Schedule, _ record: ResumeCheckpoint.Record
    ) throws {
        let network = model.network
        let masks = try model.masks ?? Masks(wholeOf: network)
        var left: [String: Int] = [:]
        for parameter in network.parameters { left[parameter.name] = try masks.nonzero(parameter) }
        let nonzero = left.values.reduce(0, +)
        let prunableNonzero = try masks.prunableNonzero()

        var measures: [Measure: Double] = [
            .sparsity: try masks.sparsity(),
            .parametersTotal: Double(network.parameterCount),
            .parametersNonzero: Double(nonzero),
            .prunableTotal: Double(network.prunableCount),
            .prunableNonzero: Double(prunableNonzero),
            .compressionRatio: Double(network.parameterCount) / Double(max(nonzero, 1)),
            .macsDense: Double(network.macs),
            .macsNonzero: Double(network.macs { left[$0.name] ?? 0 }),
            .trainingEpochs: Double(record.curve.count),
            .trainingSteps: Double(record.position.completed),
        ]
        let test = try Evaluation(of: model, on: dataset.test, at: Array(0..<Int64(dataset.test.count)))
        measures[.testAccuracy] = test.accuracy
        measures[.testLoss] = test.loss
        if !split.validation.isEmpty {
            let validation = try Evaluation(of: model, on: dataset.training, at: split.validation)
            measures[.validationAccuracy] = validation.accuracy
            measures[.validationLoss] = validation.loss
            measures[.prunedValidationAccuracy] = record.prunedValidationAccuracy
        }
        outcome = Outcome(
            measures: Dictionary(
                uniqueKeysWithValues: measures.filter(\.value.isFinite).map { ($0.key.rawValue, $0.value) }),
            layers: try network.prunable.map { parameter in
                Outcome.Layer(
                    parameter: parameter.name, total: UInt64(parameter.count),
                    nonzero: UInt64(try masks.nonzero(parameter)))
            },
            epochs: record.curve)
    }
}
