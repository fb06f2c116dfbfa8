package import Sweep

extension Plan {
    /// A plan of the usual shape: a dense network per seed, and below it a prune stage per method and level.
    ///
    /// Keys are made up, not hashed, so that large plans are cheap; the same (method, level, seed) has the same key in
    /// every plan, so plans share stages as real ones do.
    package static func sample(
        name: String = "sample", methods: [String] = ["magnitude-global"], levels: Int = 2, seeds: Int = 1,
        priority: Int = 0, network: String = "lenet-5", dataset: String = "mnist", engine: [String] = []
    ) -> Plan {
        let reference = DatasetReference(name: dataset, digest: "", validation: 0.1)
        let training = Training(
            optimizer: .sgd, learningRate: 0.1, momentum: 0.9, weightDecay: 0, batchSize: 128, epochs: 1,
            schedule: .constant, warmUp: 0)
        var nodes: [Node] = []
        var tasks: [Task] = []
        var dense: [StageKey] = []
        for seed in 0..<seeds {
            let key = StageKey(sample: "\(network) \(dataset) train \(seed)")
            let stage = Stage(
                kind: .train, network: network, dataset: reference, seed: seed, threads: 1, training: training)
            nodes.append(Node(key: key, stage: stage, label: "train \(network) on \(dataset), seed \(seed)"))
            dense.append(key)
        }
        for method in methods {
            for level in 0..<levels {
                let sparsity = Level.sparsity(Double(level + 1) / Double(levels + 1))
                for seed in 0..<seeds {
                    let key = StageKey(sample: "\(network) \(dataset) \(method) \(level) of \(levels) \(seed)")
                    let pruning = Pruning(
                        method: method, knobs: [:], level: sparsity,
                        retrain: Retrain(mode: .fineTune, epochs: 1))
                    let stage = Stage(
                        kind: .prune, network: network, dataset: reference, seed: seed, threads: 1, training: training,
                        pruning: pruning, parents: [dense[seed]])
                    nodes.append(Node(key: key, stage: stage, label: "prune \(method) \(level), seed \(seed)"))
                    tasks.append(
                        Task(
                            index: tasks.count, label: method, method: method, level: sparsity, seed: seed,
                            stages: [dense[seed], key]))
                }
            }
        }
        return Plan(
            name: name, network: network, dataset: dataset, priority: priority, engine: engine, tasks: tasks,
            stages: nodes)
    }
}

extension StageKey {
    /// A made-up key: FNV-1a of the text, in 64 digits.
    package init(sample text: String) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        let hex = String(repeating: "0", count: 64 - digits.count) + digits
        self = StageKey(hex: hex) ?? StageKey(hashing: text)
    }
}
