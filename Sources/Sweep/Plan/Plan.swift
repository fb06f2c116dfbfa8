/// A sweep worked out into tasks and the stages they share.
package struct Plan: Hashable, Sendable, Codable {
    /// One cell of the sweep: (method, level, seed), as a path of stages.
    package struct Task: Hashable, Sendable, Codable {
        /// Position in the sweep file's order: methods, then levels, then seeds.
        package var index: Int
        /// What the sweep file calls this method entry; equals the method unless the entry was given a label.
        package var label: String
        package var method: String
        package var level: Level
        package var seed: Int
        /// From the seed's dense network, in a cascade over the levels before, to the evaluated point; the last one carries
        /// the task's measures. The dense network is the baseline also of what is pruned at initialisation.
        package var stages: [StageKey]

        package init(index: Int, label: String, method: String, level: Level, seed: Int, stages: [StageKey]) {
            self.index = index
            self.label = label
            self.method = method
            self.level = level
            self.seed = seed
            self.stages = stages
        }
    }

    /// A stage with the key it is known by.
    package struct Node: Hashable, Sendable, Codable {
        package var key: StageKey
        package var stage: Stage
        /// For people: "train lenet-5 on mnist, seed 2" or "prune nnrelief 0.95, seed 2".
        package var label: String

        package init(key: StageKey, stage: Stage, label: String) {
            self.key = key
            self.stage = stage
            self.label = label
        }
    }

    package var name: String
    package var network: String
    package var dataset: String
    package var priority: Int
    /// The command line that workers run as the engine; empty for `espalier-engine`.
    package var engine: [String]
    package var tasks: [Task]
    /// Every stage once, parents before children.
    package var stages: [Node]

    package init(
        name: String, network: String, dataset: String, priority: Int, engine: [String], tasks: [Task], stages: [Node]
    ) {
        self.name = name
        self.network = network
        self.dataset = dataset
        self.priority = priority
        self.engine = engine
        self.tasks = tasks
        self.stages = stages
    }
}
