import Foundation
import Scheduling
import Store
import Sweep

/// A directory of its own for one test, removed at the end.
final class TemporaryDirectory {
    let path: String
    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    var database: String { path + "/espalier.sqlite" }
}

/// A plan of one dense network and `levels` pruned ones a seed.
func samplePlan(name: String = "sample", seeds: Int = 1, levels: Int = 2) throws -> Plan {
    let training = Training(
        optimizer: .sgd, learningRate: 0.1, momentum: 0.9, weightDecay: 0, batchSize: 32, epochs: 2,
        schedule: .step(epochs: [1], factor: 0.1), warmUp: 0)
    let dataset = DatasetReference(name: "digits", digest: String(repeating: "0", count: 64), validation: 0.1)
    var stages: [Plan.Node] = []
    var tasks: [Plan.Task] = []
    for seed in 0..<seeds {
        let train = Stage(
            kind: .train, network: "lenet-300-100", dataset: dataset, seed: seed, threads: 1, training: training)
        stages.append(Plan.Node(key: try train.key, stage: train, label: "train, seed \(seed)"))
        for index in 0..<levels {
            let level = Level.sparsity(Double(index + 1) / Double(levels + 1))
            var prune = train
            prune.kind = .prune
            prune.parents = [try train.key]
            prune.pruning = Pruning(
                method: "random", knobs: [:], level: level,
                retrain: Retrain(mode: .fineTune, epochs: 1))
            stages.append(Plan.Node(key: try prune.key, stage: prune, label: "prune \(index), seed \(seed)"))
            tasks.append(
                Plan.Task(
                    index: tasks.count, label: "random", method: "random", level: level, seed: seed,
                    stages: [try train.key, try prune.key]))
        }
    }
    return Plan(
        name: name, network: "lenet-300-100", dataset: "digits", priority: 0, engine: ["engine", "--fast"],
        tasks: tasks, stages: stages)
}

func sampleOutcome(_ accuracy: Double = 0.9) -> Outcome {
    Outcome(
        measures: ["test_accuracy": accuracy],
        artifacts: [ArtifactReference(role: "checkpoint", sha256: String(repeating: "a", count: 64), size: 10)],
        layers: [Outcome.Layer(parameter: "fc1.weight", total: 100, nonzero: 10)], seconds: 1.5, environment: "test")
}
