import Sweep
import Testing

/// Paths longer than two stages, and shorter ones: cascades, and pruning at initialisation.
@Suite struct CascadePlanTests {
    static let yaml = """
        name: chains
        network: lenet-300-100
        dataset: digits
        seeds: 2
        training: {epochs: 4}
        sparsities: [0.9, 0.5, 0.98]
        retrain: {epochs: 2}
        methods: [{method: magnitude-global, schedule: cascade}, snip]
        """

    func plan(_ yaml: String = Self.yaml) throws -> Plan { try Plan(SweepFile(yaml: yaml, fileName: "s.yaml")) }

    @Test func eachLevelStartsFromTheOneBefore() throws {
        let plan = try plan()
        let nodes = Dictionary(uniqueKeysWithValues: plan.stages.map { ($0.key, $0.stage) })
        let tasks = plan.tasks.filter { $0.label == "magnitude-global" }
        #expect(tasks.map { "\($0.level) \($0.seed)" } == ["0.5 0", "0.5 1", "0.9 0", "0.9 1", "0.98 0", "0.98 1"])
        #expect(tasks.map(\.stages.count) == [2, 2, 3, 3, 4, 4])
        for task in tasks {
            let path = task.stages.compactMap { nodes[$0] }
            #expect(path.map(\.kind) == [.train] + path.dropFirst().map { _ in .prune })
            #expect(path.allSatisfy { $0.seed == task.seed })
            for (parent, child) in zip(task.stages, path.dropFirst()) { #expect(child.parents == [parent]) }
            #expect(path.last?.pruning?.level == task.level)
            #expect(path.last?.epochs == 2)
        }
        // One stage a level: 2 dense, 2 x 3 in chains, 2 x 3 at initialisation.
        #expect(plan.stages.count == 2 + 6 + 6)
    }

    @Test func aCascadeOfKnobsGoesInTheOrderOfTheFile() throws {
        let plan = try plan(
            """
            {network: lenet-300-100, dataset: digits, seeds: 1,
             methods: [{method: nnrelief, schedule: cascade, levels: {alpha: [0.99, 0.9, 0.95]}}]}
            """)
        #expect(plan.tasks.map { "\($0.level)" } == ["alpha 0.99", "alpha 0.9", "alpha 0.95"])
        #expect(plan.tasks.map(\.stages.count) == [2, 3, 4])
    }

    @Test func pruningAtInitialisationNeedsNoNetworkButIsComparedWithOne() throws {
        let plan = try plan()
        let nodes = Dictionary(uniqueKeysWithValues: plan.stages.map { ($0.key, $0.stage) })
        for task in plan.tasks where task.method == "snip" {
            #expect(task.stages.compactMap { nodes[$0]?.kind } == [.train, .prune])
            #expect(nodes[task.stages[1]]?.parents == [])
            #expect(nodes[task.stages[1]]?.epochs == 4)
        }
    }

    @Test func aLongerCascadeContainsTheShorterOne() throws {
        let short = try plan()
        let long = try plan(Self.yaml.replacing("[0.9, 0.5, 0.98]", with: "[0.9, 0.5, 0.98, 0.99]"))
        #expect(Set(short.stages.map(\.key)).isSubset(of: long.stages.map(\.key)))
        // A level in between makes other networks of all that follow it.
        let between = try plan(Self.yaml.replacing("[0.9, 0.5, 0.98]", with: "[0.9, 0.5, 0.7, 0.98]"))
        let common = Set(short.stages.map(\.key)).intersection(between.stages.map(\.key))
        #expect(common.count == 2 + 2 + 6)
    }

    @Test func theSummaryTellsAllTrainingBehindAPoint() throws {
        let summary = PlanSummary(try plan())
        #expect(summary.methods.map(\.taskEpochs) == [[6, 8, 10], [4, 4, 4]])
        #expect(summary.methods.map(\.retrainEpochs) == [2, 4])
        #expect(!summary.hasEqualBudgets)
        // 2 x 4 dense, 2 x 3 x 2 in chains, 2 x 3 x 4 from scratch.
        #expect(summary.epochs == 8 + 12 + 24)
        let equal = PlanSummary(
            try plan("{network: lenet-300-100, dataset: digits, methods: [random, magnitude-global]}"))
        #expect(equal.hasEqualBudgets)
    }
}
