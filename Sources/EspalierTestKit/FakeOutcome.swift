internal import Foundation
internal import Sweep
internal import Wire

/// What a fake engine reports: a function of the stage's description and its parent's checkpoint, and of nothing else.
enum FakeOutcome {
    /// Writes the checkpoint into the work directory.
    static func outcome(of run: WireRun, status: String) throws -> WireOutcome {
        let stage = try Stage(canonicalJSON: run.stage)
        let parent = run.inputs.first { $0.role == "checkpoint" }
        let parentText = try parent.map { try String(contentsOfFile: $0.path, encoding: .utf8) } ?? "no parent"
        let digest = StageKey(hashing: run.stage + parentText)

        let text = "fake checkpoint \(digest.hex)\n"
        let path = "\(run.workDirectory)/checkpoint.safetensors"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        var checkpoint = WireArtifact()
        checkpoint.role = "checkpoint"
        checkpoint.sha256 = StageKey(hashing: text).hex
        checkpoint.size = UInt64(text.utf8.count)
        checkpoint.path = path

        var outcome = WireOutcome()
        outcome.status = status
        outcome.note = status == "ok" ? "" : "asked to report '\(status)'"
        outcome.artifacts = [checkpoint]
        outcome.measures = measures(of: stage, luck: luck(digest))
        outcome.layers = [layer(nonzero: outcome.measures[Measure.prunableNonzero.rawValue] ?? 0)]
        outcome.epochs = [epoch(of: stage)]
        outcome.seconds = 0.25
        outcome.environment = "fake engine, \(stage.threads) threads"
        return outcome
    }

    private static let prunable = 266_200.0
    private static let biases = 410.0

    /// 0..<1, from the first digits of a hash.
    private static func luck(_ digest: StageKey) -> Double {
        Double(UInt32(digest.hex.prefix(8), radix: 16) ?? 0) / Double(UInt32.max)
    }

    private static func measures(of stage: Stage, luck: Double) -> [String: Double] {
        let sparsity =
            switch stage.pruning?.level {
            case .sparsity(let value): value
            case .knob: luck * 0.9
            case nil: 0.0
            }
        let accuracy = 0.985 - 0.02 * sparsity * sparsity - 0.004 * luck
        let nonzero = (prunable * (1 - sparsity)).rounded()
        let values: [Measure: Double] = [
            .testAccuracy: accuracy, .testTop5Accuracy: (1 + accuracy) / 2, .testLoss: 2 * (1 - accuracy),
            .validationAccuracy: accuracy - 0.002,
            .validationLoss: 2.1 * (1 - accuracy), .prunedValidationAccuracy: accuracy - 0.1 * sparsity,
            .sparsity: 1 - nonzero / prunable, .parametersTotal: prunable + biases,
            .parametersNonzero: nonzero + biases, .prunableTotal: prunable, .prunableNonzero: nonzero,
            .compressionRatio: (prunable + biases) / (nonzero + biases), .macsDense: prunable, .macsNonzero: nonzero,
            .macsStructured: prunable, .parametersStored: prunable + biases, .storedBytes: 4 * (prunable + biases),
            .trainingEpochs: Double(stage.epochs), .trainingSteps: Double(stage.epochs * 10),
        ]
        return Dictionary(uniqueKeysWithValues: values.map { ($0.key.rawValue, $0.value) })
    }

    private static func layer(nonzero: Double) -> WireLayerProfile {
        var layer = WireLayerProfile()
        layer.parameter = "fc1.weight"
        layer.total = UInt64(prunable)
        layer.nonzero = UInt64(nonzero)
        return layer
    }

    private static func epoch(of stage: Stage) -> WireEpochRecord {
        var epoch = WireEpochRecord()
        epoch.phase = stage.kind == .train ? "training" : "fine-tuning"
        epoch.learningRate = stage.training.learningRate
        epoch.trainingLoss = 0.1
        epoch.validationLoss = 0.12
        epoch.validationAccuracy = 0.97
        return epoch
    }
}

/// How far a fake stage is: its resume checkpoint.
struct FakePosition {
    let path: String
    var step: UInt64

    /// The furthest of the work directory's own checkpoint and the one that came as an input.
    init(directory: String, resume: String?) {
        path = "\(directory)/resume.safetensors"
        let texts = [path, resume].compactMap(\.self).compactMap { try? String(contentsOfFile: $0, encoding: .utf8) }
        step = texts.compactMap { $0.split(separator: " ").last.flatMap { UInt64($0) } }.max() ?? 0
    }

    func save() {
        // A checkpoint that cannot be written is one the next attempt does without.
        try? Data("fake resume at step \(step)".utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
