import Engine
import Foundation
import Sweep
import Testing

/// A directory of its own for a test, removed with the value.
final class Scratch {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-engine-\(UUID())").path

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }
}

/// Stages on the bundled digits, small enough for a second.
enum Digits {
    static func dense(
        epochs: Int = 3, seed: Int = 0, learningRate: Double = 0.05, optimizer: Training.Optimizer = .sgd
    ) throws -> Stage {
        let entry = try #require(DatasetCatalogue["digits"])
        return Stage(
            kind: .train, network: "lenet-300-100",
            dataset: DatasetReference(name: "digits", digest: entry.digest, validation: 0.1), seed: seed, threads: 1,
            training: Training(
                optimizer: optimizer, learningRate: learningRate, momentum: 0.9, weightDecay: 1e-4, batchSize: 64,
                epochs: epochs, schedule: .cosine, warmUp: 0.5))
    }

    static func pruned(
        _ dense: Stage, _ method: String, _ level: Level, iterations: Int = 1, epochs: Int = 2,
        mode: Retrain.Mode = .learningRateRewinding
    ) throws -> Stage {
        let entry = try #require(MethodCatalogue[method])
        var stage = dense
        stage.kind = .prune
        stage.parents = [try dense.key]
        stage.pruning = Pruning(
            method: method, knobs: entry.defaultKnobs, level: level, start: entry.start,
            allocation: entry.allocations.first ?? .global,
            schedule: iterations > 1 ? .iterative(rounds: iterations) : .oneShot,
            retrain: Retrain(mode: entry.retrainMode ?? mode, epochs: epochs))
        if entry.start == .initialisation { stage.parents = [] }
        return stage
    }

    /// Runs a stage to its end or to a stop wanted at the `stopAt`-th question.
    static func run(
        _ stage: Stage, in directory: String, checkpoint: String? = nil, resume: String? = nil, stopAt: Int = .max,
        report: @escaping (StageProgress) -> Void = { _ in }
    ) throws -> StageRunner.Result {
        var questions = 0
        let job = Job(
            key: try stage.key, stage: stage, dataDirectory: "", workDirectory: directory, checkpoint: checkpoint,
            resume: resume)
        return try StageRunner(job, datasets: DatasetCache(), report: report) {
            questions += 1
            return questions >= stopAt
        }.run()
    }

    /// Runs a stage to its end.
    static func finish(
        _ stage: Stage, in directory: String, checkpoint: String? = nil, resume: String? = nil
    ) throws -> (outcome: Outcome, checkpoint: String) {
        guard
            case .finished(let outcome, let path) = try run(
                stage, in: directory, checkpoint: checkpoint, resume: resume)
        else { throw EngineError(.crash, "the stage stopped") }
        return (outcome, path)
    }
}

extension Outcome {
    subscript(_ measure: Measure) -> Double? { measures[measure.rawValue] }

    /// All but what may differ between two runs of one stage.
    var repeatable: Outcome {
        var copy = self
        copy.seconds = 0
        return copy
    }
}
