import Foundation
import Report
import Sweep

/// A sweep's results made up in code: what engines would have measured of lenet-300-100.
enum Fixture {
    static let parameters = 266_610.0
    static let prunable = 266_200.0

    /// Two methods, two levels, two seeds: small enough to check by hand. One task failed.
    static func small(name: String = "small", label: String = "magnitude-global") -> SweepResults {
        var results = sweep(
            name: name, entries: [(label, "magnitude-global", 0), ("random", "random", 0.25)], levels: [0.5, 0.9],
            seeds: [1, 2], finished: true)
        results.rows[7].evaluation = .init(state: .failed, note: "the engine ended by signal 9, three times")
        return results
    }

    /// Five methods, one of them structured, five levels, three seeds, with every kind of ending.
    static func realistic(finished: Bool = true) -> SweepResults {
        var results = sweep(
            name: "MNIST, lenet-300-100",
            entries: [
                ("nnrelief", "nnrelief", -0.01), ("magnitude-global", "magnitude-global", 0),
                ("magnitude-layer", "magnitude-layer", 0.05), ("random", "random", 0.3),
                ("filter-l1", "filter-l1", 0.12),
            ], levels: [0.5, 0.8, 0.9, 0.95, 0.98], seeds: [1, 2, 3], finished: finished)
        func edit(_ label: String, _ level: Double, _ seed: Int, _ change: (inout SweepResults.Evaluation) -> Void) {
            for index in results.rows.indices {
                let task = results.rows[index].task
                if task.label == label, task.level == .sparsity(level), task.seed == seed {
                    change(&results.rows[index].evaluation)
                }
            }
        }
        edit("random", 0.98, 2) {
            $0.outcome?.status = .collapsed
            $0.outcome?.note = "layer fc3.weight lost every weight"
            $0.outcome?.measures["test_accuracy"] = 0.098
        }
        edit("magnitude-layer", 0.95, 3) {
            $0 = .init(
                state: .failed, note: "out of memory on node7 and on node9; raise the limit or lower the batch size")
        }
        edit("nnrelief", 0.98, 1) {
            $0.outcome?.status = .infeasible
            $0.outcome?.note = "0.98 was asked for, 0.958 reached: every neuron keeps one connection"
            $0.outcome?.measures["sparsity"] = 0.958
        }
        if !finished {
            edit("random", 0.98, 3) { $0 = .init(state: .pending) }
            edit("random", 0.95, 3) { $0 = .init(state: .pending) }
        }
        return results
    }

    static func key(_ text: String) -> StageKey { StageKey(hashing: text) }

    static func sweep(
        name: String, entries: [(label: String, method: String, harm: Double)], levels: [Double], seeds: [Int],
        finished: Bool
    ) -> SweepResults {
        let dataset = DatasetReference(name: "mnist", digest: String(repeating: "ab", count: 32), validation: 0.1)
        let training = Training(
            optimizer: .sgd, learningRate: 0.1, momentum: 0.9, weightDecay: 0.0005, batchSize: 128, epochs: 12,
            schedule: .cosine, warmUp: 1)
        var nodes: [Plan.Node] = []
        var dense: [SweepResults.Dense] = []
        for seed in seeds {
            let stage = Stage(
                kind: .train, network: "lenet-300-100", dataset: dataset, seed: seed, threads: 1, training: training)
            nodes.append(
                .init(key: key("dense \(seed)"), stage: stage, label: "train lenet-300-100 on mnist, seed \(seed)"))
            dense.append(
                .init(seed: seed, stage: key("dense \(seed)"), evaluation: measured(sparsity: 0, harm: 0, seed: seed)))
        }
        var rows: [SweepResults.Row] = []
        for entry in entries {
            for level in levels {
                for seed in seeds {
                    let stage = Stage(
                        kind: .prune, network: "lenet-300-100", dataset: dataset, seed: seed, threads: 1,
                        training: training,
                        pruning: Pruning(
                            method: entry.method, knobs: entry.method == "nnrelief" ? ["alpha": 0.95] : [:],
                            level: .sparsity(level),
                            schedule: entry.method == "nnrelief" ? .iterative(rounds: 3) : .oneShot,
                            retrain: Retrain(mode: .learningRateRewinding, epochs: entry.method == "nnrelief" ? 4 : 12)),
                        parents: [key("dense \(seed)")])
                    let own = key("\(entry.label) \(level) \(seed)")
                    nodes.append(.init(key: own, stage: stage, label: "prune \(entry.label) \(level), seed \(seed)"))
                    rows.append(
                        .init(
                            task: .init(
                                index: rows.count, label: entry.label, method: entry.method, level: .sparsity(level),
                                seed: seed, stages: [key("dense \(seed)"), own]),
                            dense: key("dense \(seed)"),
                            evaluation: measured(
                                sparsity: level, harm: entry.harm, seed: seed, shrinks: entry.method == "filter-l1")))
                }
            }
        }
        let plan = Plan(
            name: name, network: "lenet-300-100", dataset: "mnist", priority: 0, engine: [], tasks: rows.map(\.task),
            stages: nodes)
        return SweepResults(
            id: "s-0001", plan: plan, state: finished ? "finished" : "running",
            yaml: "name: \(name)\nnetwork: lenet-300-100\ndataset: mnist\n", submittedAt: 1_790_000_000,
            finishedAt: finished ? 1_790_000_732 : 0, dense: dense, rows: rows)
    }

    /// Later layers keep more, as global pruning has it.
    private static func layers(sparsity: Double) -> [Outcome.Layer] {
        zip(["fc1.weight", "fc2.weight", "fc3.weight"], [(235_200, 1.01), (30_000, 0.93), (1000, 0.6)]).map {
            name, layer in
            let left = Double(layer.0) * max(0, 1 - sparsity * layer.1)
            return Outcome.Layer(parameter: name, total: UInt64(layer.0), nonzero: UInt64(left))
        }
    }

    /// Accuracy falls with the logarithm of what is left, faster the more harm a method does.
    private static func measured(
        sparsity: Double, harm: Double, seed: Int, shrinks: Bool = false
    ) -> SweepResults.Evaluation {
        let wobble =
            Double((seed * seed * 7919 + Int(sparsity * 1000) * 31 * seed + Int(harm * 1000) * 17) % 13 - 6) / 5000
        let loss = sparsity == 0 ? 0 : (0.001 + max(0, harm)) * pow(1 / (1 - sparsity), 0.8) / 20 + harm * 0.02
        let accuracy = max(0.1, 0.984 - loss + wobble)
        let nonzero = (prunable * (1 - sparsity)).rounded()
        let epochs = (1...12).map { epoch in
            Outcome.EpochRecord(
                phase: "training", epoch: epoch, learningRate: 0.1, trainingLoss: 1 / Double(epoch),
                validationLoss: 1 / Double(epoch) + 0.1,
                validationAccuracy: 0.985 - 0.08 / Double(epoch) + wobble)
        }
        return .init(
            state: .measured,
            outcome: Outcome(
                measures: [
                    "test_accuracy": accuracy, "test_loss": 1 - accuracy, "validation_accuracy": accuracy - 0.002,
                    "validation_loss": 1.01 - accuracy,
                    "pruned_validation_accuracy": max(0.1, accuracy - loss * 2 - 0.01),
                    "sparsity": 1 - nonzero / prunable, "parameters_total": parameters,
                    "parameters_nonzero": nonzero + 410, "prunable_total": prunable, "prunable_nonzero": nonzero,
                    "compression_ratio": parameters / (nonzero + 410), "macs_dense": prunable, "macs_nonzero": nonzero,
                    "macs_structured": shrinks ? nonzero : prunable,
                    "parameters_stored": shrinks ? nonzero + 410 : parameters,
                    "test_top5_accuracy": 0.5 + accuracy / 2, "training_epochs": 12, "training_steps": 5064,
                ],
                artifacts: [
                    .init(role: "checkpoint", sha256: key("checkpoint \(sparsity) \(seed)").hex, size: 1_066_440)
                ],
                layers: layers(sparsity: sparsity), epochs: sparsity == 0 ? epochs : [], seconds: 34.5,
                environment: "Intel Xeon, 2 cores, libtorch 2.13.0, 1 thread"), worker: "node\(seed % 2 + 1)")
    }
}
