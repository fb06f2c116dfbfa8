import Sweep
import Testing

@Suite struct PlanTests {
    static let small = """
        name: small
        network: lenet-300-100
        dataset: digits
        seeds: 2
        training: {epochs: 4}
        sparsities: [0.5, 0.9]
        retrain: {epochs: 2}
        methods: [random, {method: nnrelief, iterations: 3, levels: {alpha: [0.95]}}]
        """

    func plan(_ yaml: String = small) throws -> Plan { try Plan(SweepFile(yaml: yaml, fileName: "small.yaml")) }

    @Test func tasksComeInTheOrderOfTheFile() throws {
        let plan = try plan()
        #expect(
            plan.tasks.map { "\($0.index) \($0.label) \($0.level) \($0.seed)" } == [
                "0 random 0.5 0", "1 random 0.5 1", "2 random 0.9 0", "3 random 0.9 1",
                "4 nnrelief alpha 0.95 0", "5 nnrelief alpha 0.95 1",
            ])
        #expect(plan.stages.first?.label == "train lenet-300-100 on digits, seed 0")
        #expect(plan.stages.last?.label == "prune nnrelief alpha 0.95, seed 1")
    }

    @Test func tasksOfOneSeedShareItsDenseNetwork() throws {
        let plan = try plan()
        #expect(plan.stages.count == 2 + 6)
        for task in plan.tasks {
            let dense = plan.stages.first { $0.key == task.stages.first }
            #expect(dense?.stage.kind == .train && dense?.stage.seed == task.seed)
        }
    }

    @Test func parentsComeBeforeChildrenAndEveryKeyIsTheHashOfItsStage() throws {
        var seen: Set<StageKey> = []
        for node in try plan().stages {
            #expect(node.stage.parents.allSatisfy(seen.contains))
            #expect(try node.stage.key == node.key)
            #expect(seen.insert(node.key).inserted)
        }
    }

    @Test func entriesThatAskForEqualWorkShareStages() throws {
        let once = try plan("{network: lenet-300-100, dataset: digits, methods: [random]}")
        let twice = try plan(
            "{network: lenet-300-100, dataset: digits, methods: [random, {method: random, label: again}]}")
        #expect(twice.tasks.count == 2 * once.tasks.count)
        #expect(twice.stages == once.stages)
    }

    @Test func addingAMethodAddsOnlyItsStages() throws {
        let one = try plan("{network: lenet-5, dataset: mnist, methods: [random]}")
        let two = try plan("{network: lenet-5, dataset: mnist, methods: [magnitude-layer, random]}")
        #expect(Set(one.stages.map(\.key)).isSubset(of: two.stages.map(\.key)))
        #expect(two.stages.count == one.stages.count + 15)
    }

    @Test func theSummaryCountsWhatSharingSaves() throws {
        let summary = PlanSummary(try plan())
        #expect(summary.tasks == 6)
        #expect((summary.stages, summary.trainStages, summary.pruneStages) == (8, 2, 6))
        #expect(summary.sharedStages == 2)
        #expect(summary.stagesAlone == 12)
        #expect(summary.savedStages == 4)
        // 2 x 4 dense, 4 x 2 random, 2 x (3 x 2) nnrelief; alone every task trains its own dense network.
        #expect(summary.epochs == 8 + 8 + 12)
        #expect(summary.epochsAlone == 6 * 4 + 8 + 12)
    }

    @Test(.timeLimit(.minutes(1))) func aLargeSweepIsPlannedWithoutQuadraticTime() throws {
        let plan = try plan(
            "{network: lenet-300-100, dataset: digits, seeds: 2000, sparsities: [0.5], methods: [random, magnitude-layer]}"
        )
        #expect(plan.tasks.count == 4000)
        #expect(PlanSummary(plan).stages == 6000)
    }
}
