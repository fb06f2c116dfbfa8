extension Plan {
    /// Works a sweep out into tasks and stages, in the file's order: methods, then levels, then seeds.
    ///
    /// The dense network of a seed is one stage that all tasks with the seed start from, or are compared with, and entries
    /// that ask for equal work share its stages. In a cascade each level starts from the level before. Throws only what
    /// encoding a stage throws.
    ///
    /// - Parameter files: What the command line of the user's own engine names; none where it names no files.
    package init(_ file: SweepFile, engine files: EngineFiles? = nil) throws {
        var engine = file.engine
        engine?.digests = files?.digests ?? [:]
        var tasks: [Task] = []
        var stages: [Node] = []
        var known: Set<StageKey> = []
        func add(_ node: Node) {
            if known.insert(node.key).inserted { stages.append(node) }
        }
        func stage(_ kind: Stage.Kind, seed: Int, pruning: Pruning? = nil, parents: [StageKey] = []) -> Stage {
            Stage(
                kind: kind, network: file.network, dataset: file.dataset, seed: seed, threads: file.threads,
                engine: engine, training: file.training, pruning: pruning, parents: parents)
        }

        let dense = try file.seeds.map { seed in
            let stage = stage(.train, seed: seed)
            return Node(
                key: try stage.key, stage: stage,
                label: "train \(file.network) on \(file.dataset.name), seed \(seed)")
        }
        dense.forEach(add)

        for entry in file.methods {
            // By seed: the path that the next level of a cascade goes on from.
            var paths = dense.map { [$0.key] }
            for level in entry.levels {
                let pruning = Pruning(
                    method: entry.method, knobs: entry.knobs, level: level, start: entry.start,
                    allocation: entry.allocation, layers: entry.layers, schedule: entry.schedule,
                    retrain: entry.retrain)
                for (position, seed) in file.seeds.enumerated() {
                    let parents = entry.start == .trained ? paths[position].suffix(1) : []
                    let stage = stage(.prune, seed: seed, pruning: pruning, parents: Array(parents))
                    let key = try stage.key
                    add(Node(key: key, stage: stage, label: "prune \(entry.method) \(level), seed \(seed)"))
                    let path = paths[position] + [key]
                    tasks.append(
                        Task(
                            index: tasks.count, label: entry.label, method: entry.method, level: level, seed: seed,
                            stages: path))
                    if entry.isCascade { paths[position] = path }
                }
            }
        }
        self.init(
            name: file.name, network: file.network, dataset: file.dataset.name, priority: file.priority,
            engine: engine == nil ? [] : files?.command ?? file.engine?.command ?? [], tasks: tasks, stages: stages)
    }
}

extension Level: CustomStringConvertible {
    /// "0.95" for a sparsity, "alpha 0.95" for a knob.
    package var description: String {
        switch self {
        case .sparsity(let value): value.plain
        case .knob(let name, let value): "\(name) \(value.plain)"
        }
    }
}
