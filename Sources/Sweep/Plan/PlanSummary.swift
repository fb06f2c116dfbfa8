/// What a sweep will cost, and what sharing stages saves: the numbers `espalier plan` prints.
package struct PlanSummary: Codable, Hashable, Sendable {
    /// One entry of the sweep file's `methods`.
    package struct Method: Codable, Hashable, Sendable {
        package var label: String
        package var method: String
        /// As the sweep file orders them: "0.5", "alpha 0.95".
        package var levels: [String]
        package var tasks: Int
        package var start: Start
        /// "global", "uniform", "erk", or a dash where the method decides.
        package var allocation: String
        /// "one-shot", "5 iterations", "cascade", "gradual", "in training", "after training".
        package var schedule: String
        package var retrainMode: String
        /// Training epochs after pruning of one task's own stage, all iterations; at initialisation all of its training.
        package var retrainEpochs: Int
        /// Training epochs behind one task's network, by level: dense training, the levels before in a cascade, its own.
        package var taskEpochs: [Int]
    }

    package var name: String
    package var network: String
    package var dataset: String
    package var seeds: [Int]
    package var methods: [Method]
    package var tasks: Int
    package var stages: Int
    package var trainStages: Int
    package var pruneStages: Int
    /// Stages that more than one task passes through.
    package var sharedStages: Int
    /// Stages that would run if every task ran alone.
    package var stagesAlone: Int
    /// Training epochs of all stages.
    package var epochs: Int
    /// Training epochs that would run if every task ran alone.
    package var epochsAlone: Int

    package var savedStages: Int { stagesAlone - stages }
    package var savedEpochs: Int { epochsAlone - epochs }

    /// Whether every task's network was trained for the same number of epochs, as a fair comparison asks for.
    package var hasEqualBudgets: Bool { Set(methods.flatMap(\.taskEpochs)).count < 2 }

    package init(_ plan: Plan) {
        let nodes = Dictionary(plan.stages.map { ($0.key, $0.stage) }) { first, _ in first }
        let epochs = nodes.mapValues(\.epochs)
        let behind = plan.epochsBehind
        let chained = Set(plan.tasks.filter { $0.stages.count > 2 }.map(\.label))
        var uses: [StageKey: Int] = [:]
        var methods: [Method] = []
        for task in plan.tasks {
            for key in task.stages { uses[key, default: 0] += 1 }
            guard let last = task.stages.last, let pruning = nodes[last]?.pruning else { continue }
            if methods.last?.label != task.label {
                methods.append(
                    Method(
                        label: task.label, method: task.method, levels: [], tasks: 0, start: pruning.start,
                        allocation: pruning.allocationText,
                        schedule: pruning.scheduleText(isChained: chained.contains(task.label)),
                        retrainMode: pruning.retrain.mode.rawValue, retrainEpochs: epochs[last] ?? 0, taskEpochs: []))
            }
            methods[methods.count - 1].tasks += 1
            let level = "\(task.level)"
            if methods[methods.count - 1].levels.last != level {
                methods[methods.count - 1].levels.append(level)
                methods[methods.count - 1].taskEpochs.append(behind[last] ?? 0)
            }
        }
        name = plan.name
        network = plan.network
        dataset = plan.dataset
        seeds = Set(plan.tasks.map(\.seed)).sorted()
        self.methods = methods
        tasks = plan.tasks.count
        stages = plan.stages.count
        trainStages = plan.stages.count { $0.stage.kind == .train }
        pruneStages = plan.stages.count { $0.stage.kind == .prune }
        sharedStages = uses.values.count { $0 > 1 }
        stagesAlone = uses.values.reduce(0, +)
        self.epochs = epochs.values.reduce(0, +)
        epochsAlone = uses.map { (epochs[$0.key] ?? 0) * $0.value }.reduce(0, +)
    }
}
