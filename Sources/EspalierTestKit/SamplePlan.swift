package import Sweep

extension Plan {
    /// How the levels of a method hang together.
    package enum Shape {
        /// Each starts from the dense network.
        case fan
        /// Each starts from the level before, the first from the dense network.
        case cascade
        /// None starts from another network; the dense one is the baseline.
        case atInitialisation
    }

    /// A plan of a dense network per seed and a prune stage per method and level.
    ///
    /// Keys are made up, not hashed, so that large plans are cheap; the same (method, level, seed) has the same key in
    /// every plan, so plans share stages as real ones do.
    package static func sample(
        name: String = "sample", methods: [String] = ["magnitude-global"], levels: Int = 2, seeds: Int = 1,
        priority: Int = 0, network: String = "lenet-5", dataset: String = "mnist", engine: [String] = [],
        shape: Shape = .fan
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
            var paths = dense.map { [$0] }
            for level in 0..<levels {
                let sparsity = Level.sparsity(Double(level + 1) / Double(levels + 1))
                for seed in 0..<seeds {
                    let key = StageKey(
                        sample:
                            "\(network) \(dataset) \(method) \(level) of \(levels) \(seed)\(shape == .fan ? "" : " \(shape)")"
                    )
                    let pruning = Pruning(
                        method: method, knobs: [:], level: sparsity,
                        start: shape == .atInitialisation ? .initialisation : .trained,
                        retrain: Retrain(mode: .fineTune, epochs: 1))
                    let stage = Stage(
                        kind: .prune, network: network, dataset: reference, seed: seed, threads: 1, training: training,
                        pruning: pruning, parents: shape == .atInitialisation ? [] : paths[seed].suffix(1))
                    nodes.append(Node(key: key, stage: stage, label: "prune \(method) \(level), seed \(seed)"))
                    tasks.append(
                        Task(
                            index: tasks.count, label: method, method: method, level: sparsity, seed: seed,
                            stages: paths[seed] + [key]))
                    if shape == .cascade { paths[seed].append(key) }
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
