/// What a sweep will cost, and what sharing stages saves: the numbers `espalier plan` prints.
package struct PlanSummary: Codable, Hashable, Sendable {
    /// One entry of the sweep file's `methods`.
    package struct Method: Codable, Hashable, Sendable {
        package var label: String
        package var method: String
        /// As the sweep file orders them: "0.5", "alpha 0.95".
        package var levels: [String]
        package var tasks: Int
        /// Training epochs after pruning of one task, all iterations.
        package var retrainEpochs: Int
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

    package init(_ plan: Plan) {
        let epochs = Dictionary(plan.stages.map { ($0.key, $0.stage.epochs) }) { first, _ in first }
        var uses: [StageKey: Int] = [:]
        var methods: [Method] = []
        for task in plan.tasks {
            for key in task.stages { uses[key, default: 0] += 1 }
            if methods.last?.label != task.label {
                let retrain = task.stages.last.flatMap { epochs[$0] } ?? 0
                methods.append(
                    Method(label: task.label, method: task.method, levels: [], tasks: 0, retrainEpochs: retrain))
            }
            methods[methods.count - 1].tasks += 1
            let level = "\(task.level)"
            if methods[methods.count - 1].levels.last != level { methods[methods.count - 1].levels.append(level) }
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
