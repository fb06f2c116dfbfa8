import EspalierTestKit
import Scheduling
import Sweep
import Testing

/// Done means that the checkpoint is there: what becomes of finished stages whose checkpoint is lost, or that a fresh sweep
/// wants measured again.
@Suite struct ReopeningTests {
    private let checkpoint = Outcome.sample.artifacts[0].sha256

    /// One sweep of a dense network, finished by A, and pruned ones.
    private static func bench(levels: Int = 2) -> Bench {
        var bench = Bench()
        bench.submit(.sample(levels: levels))
        bench.join("A")
        bench.result(LeaseID(stage: dense, epoch: 1), from: "A")
        return bench
    }

    private static let dense = Plan.sample().stages[0].key

    // MARK: - Lost

    @Test func aLostCheckpointOpensItsStageAndTheChildrenWait() {
        var bench = Self.bench()
        let child = bench.beat("A", credit: 1).grants[0].lease
        let end = bench.fail(child, .artifact, from: "A", lost: [checkpoint])
        #expect(end.records.contains(.reopened(LeaseID(stage: Self.dense, epoch: 1))))
        #expect(bench.status()?.stages.done == 0)
        let again = bench.beat("A", credit: 1).grants
        #expect(again.map(\.lease) == [LeaseID(stage: Self.dense, epoch: 2)])
        #expect(bench.join("B").grants == [], "nothing else can start")
        for child in bench.result(again[0].lease, from: "A").grants { bench.result(child.lease, from: "B") }
        bench.result(bench.beat("A", credit: 1).grants[0].lease, from: "A")
        #expect(bench.status()?.state == .finished)
        #expect(bench.broken == [])
    }

    /// The negative control of the one above: where nothing is lost, the stage that failed is to blame.
    @Test func aFailureWithoutALossCountsAgainstTheStage() {
        var bench = Self.bench(levels: 1)
        for attempt in 1...3 {
            let child = bench.beat("A", credit: 1).grants[0].lease
            #expect(child.stage != Self.dense)
            #expect(bench.fail(child, .artifact, from: "A").quarantines == (attempt < 3 ? [] : [.artifact]))
        }
    }

    @Test func whoMissesALostCheckpointIsNotToBlame() {
        var bench = Self.bench()
        bench.hello("B")
        for round in 1...2 {
            let first = bench.beat("A", credit: 1).grants[0].lease
            let second = bench.beat("B", credit: 1).grants[0].lease
            bench.fail(first, .artifact, from: "A", lost: [checkpoint])
            // The second one fails for the same loss, heard of when the parent is open again.
            #expect(bench.fail(second, .artifact, from: "B").records == [.resume(second.stage, nil)])
            let dense = bench.beat("A", credit: 1).grants[0].lease
            #expect(dense == LeaseID(stage: Self.dense, epoch: UInt64(round + 1)))
            bench.result(dense, from: "A")
        }
        let blamed = bench.store.stages.filter { !$0.value.failures.isEmpty }.keys
        #expect(Array(blamed) == [Self.dense])
    }

    @Test func aLostResumeCheckpointIsNobodysFault() {
        var bench = Self.bench(levels: 1)
        let child = bench.beat("A", credit: 1).grants[0].lease
        let resume = ArtifactReference(role: "resume", sha256: String(repeating: "b", count: 64), size: 1)
        bench.handle(.released(child, resume: resume, from: .of("A", nil)))
        for epoch in 2...9 {
            let lease = bench.beat("A", credit: 1).grants[0]
            #expect(lease.lease.epoch == UInt64(epoch))
            #expect(bench.coordinator.inputs(of: lease.lease) == lease.inputs)
            let end = bench.fail(lease.lease, .artifact, from: "A", lost: [resume.sha256])
            #expect(end.records == [.resume(child.stage, nil)])
        }
    }

    @Test func childrenUnderWayGoOn() {
        var bench = Self.bench()
        bench.hello("B")
        let missing = bench.beat("A", credit: 1).grants[0].lease
        let running = bench.beat("B", credit: 1).grants[0].lease
        bench.beat("B", running: [running])
        bench.fail(missing, .artifact, from: "A", lost: [checkpoint])
        #expect(bench.beat("B", running: [running]).revoked == [])
        #expect(bench.result(running, from: "B").verdicts == [.accepted])
    }

    @Test(arguments: [false, true])
    func aLeaseIsNotSentAgainWithoutItsInputs(isRestarted: Bool) {
        var bench = Self.bench()
        bench.hello("B")
        let missing = bench.beat("A", credit: 1).grants[0].lease
        let unheard = bench.beat("B", credit: 1).grants[0].lease
        bench.fail(missing, .artifact, from: "A", lost: [checkpoint])
        bench.pass(11)
        #expect(bench.beat("B").grants == [])
        if isRestarted {
            bench.restartCoordinator()
            bench.hello("B", running: [unheard])
        }
        // It did hear it, and fetched its inputs in time.
        #expect(bench.beat("B", running: [unheard]).revoked == [])
        #expect(bench.result(unheard, from: "B").verdicts == [.accepted])
    }

    @Test func aStoreThatLosesEverythingEndsTheSweep() {
        var bench = Self.bench(levels: 1)
        var end: [Directive] = []
        for loss in 1...3 {
            let child = bench.beat("A", credit: 1).grants[0].lease
            end = bench.fail(child, .artifact, from: "A", lost: [checkpoint])
            #expect(bench.status()?.state == (loss < 3 ? .running : .failed))
            if loss < 3 { bench.result(bench.beat("A", credit: 1).grants[0].lease, from: "A") }
        }
        #expect(end.quarantines == [.artifact, .parent])
        let failed = bench.coordinator.failedStages()
        #expect(failed.first?.failure.message.contains("check the disk that holds the state directory") == true)
    }

    @Test(arguments: [false, true])
    func whatRanBeforeDoesNotFinishAStageThatIsOpenAgain(isRestarted: Bool) {
        var bench = Self.bench()
        let child = bench.beat("A", credit: 1).grants[0].lease
        bench.fail(child, .artifact, from: "A", lost: [checkpoint])
        if isRestarted {
            bench.restartCoordinator()
            bench.hello("A")
        }
        #expect(bench.result(LeaseID(stage: Self.dense, epoch: 1), from: "A").verdicts == [.replica])
        #expect(bench.status()?.stages.done == 0)
        let again = bench.beat("A", credit: 1).grants[0].lease
        #expect(again == LeaseID(stage: Self.dense, epoch: 2))
        #expect(bench.result(again, from: "A").verdicts == [.accepted])
        #expect(bench.broken == [])
    }

    // MARK: - Finished sweeps

    @Test(arguments: [false, true])
    func aFinishedSweepStaysFinished(isRestarted: Bool) {
        var bench = Self.bench(levels: 1)
        bench.result(bench.beat("A", credit: 1).grants[0].lease, from: "A")
        #expect(bench.status()?.state == .finished)
        bench.submit(.sample(methods: ["random"], levels: 1), id: "later")
        let child = bench.beat("A", credit: 1).grants[0].lease
        let end = bench.fail(child, .artifact, from: "A", lost: [checkpoint])
        #expect(end.states == [])
        if isRestarted {
            bench.restartCoordinator()
            bench.join("A")
        }
        #expect(bench.status()?.state == .finished)
        #expect(bench.status()?.tasks == TaskCounts(total: 1, done: 1))
        #expect(bench.status("later")?.stages.done == 0)
        // Nor does anything run for its sake once the later sweep does not ask any more.
        bench.handle(.cancelled(SweepID("later")))
        bench.pass(1000)
        #expect(bench.join("B").grants == [])
        // A third sweep finds the stage open.
        let third = bench.submit(.sample(methods: ["snip"], levels: 1), id: "third")
        #expect(third.grants.map(\.lease.stage) == [Self.dense])
        #expect(bench.broken == [])
    }

    // MARK: - Fresh

    /// Runs what is leased, one after another; the stages in order.
    private func runAll(_ bench: inout Bench, from first: [Directive], restarting: Bool = false) -> [StageKey] {
        var order: [StageKey] = []
        var next = first.grants.first
        while let grant = next ?? bench.beat("A", credit: 1).grants.first {
            next = nil
            order.append(grant.lease.stage)
            bench.result(grant.lease, from: "A")
            guard restarting else { continue }
            bench.restartCoordinator()
            bench.hello("A")
        }
        return order
    }

    @Test(arguments: [Plan.Shape.fan, .cascade, .atInitialisation], [false, true])
    func aFreshSweepRunsEveryStageOnce(shape: Plan.Shape, isRestarted: Bool) {
        let plan = Plan.sample(methods: ["random", "snip"], levels: 3, seeds: 2, shape: shape)
        var bench = Bench()
        bench.hello("A")
        #expect(runAll(&bench, from: bench.submit(plan)).count == plan.stages.count)
        let fresh = bench.handle(.submitted(SweepID("fresh"), plan: plan, cached: [:], isFresh: true))
        #expect(bench.status("fresh")?.stages.cached == 0)
        #expect(Set(runAll(&bench, from: fresh, restarting: isRestarted)).count == plan.stages.count)
        #expect(bench.store.stages.values.allSatisfy { $0.epoch == 2 && $0.replicas.count == 1 })
        #expect(bench.status("fresh")?.state == .finished)
        #expect(bench.status()?.state == .finished)
        // The negative control: a sweep that is not fresh runs nothing.
        #expect(runAll(&bench, from: bench.submit(plan, id: "cached")) == [])
        #expect(bench.broken == [])
    }

    /// As the coordinator has it: the same plan is the same sweep.
    @Test(arguments: [false, true])
    func aFinishedSweepRunsFreshUnderItsOwnID(isRestarted: Bool) {
        let plan = Plan.sample(levels: 2, seeds: 2)
        var bench = Bench()
        bench.hello("A")
        _ = runAll(&bench, from: bench.submit(plan, id: plan.name))
        #expect(bench.coordinator.id(for: plan) == SweepID(plan.name))
        let fresh = bench.handle(.submitted(SweepID(plan.name), plan: plan, cached: [:], isFresh: true))
        #expect(bench.status(plan.name)?.state == .running)
        #expect(bench.status(plan.name)?.stages.done == 0)
        #expect(bench.status(plan.name)?.tasks.done == 0)
        #expect(runAll(&bench, from: fresh, restarting: isRestarted).count == plan.stages.count)
        #expect(bench.status(plan.name)?.state == .finished)
        #expect(bench.status(plan.name)?.stages.done == plan.stages.count)
        #expect(bench.status(plan.name)?.tasks.done == plan.tasks.count)
        #expect(bench.broken == [])
    }

    @Test(arguments: [false, true])
    func aFreshSweepGoesOnFromNothing(isFresh: Bool) throws {
        var bench = Self.bench(levels: 1)
        let child = bench.beat("A", credit: 1).grants[0].lease
        let resume = ArtifactReference(role: "resume", sha256: String(repeating: "b", count: 64), size: 1)
        bench.handle(.released(child, resume: resume, from: .of("A", nil)))
        let plan = Plan.sample(levels: 1)
        bench.handle(.submitted(SweepID("sweep-1"), plan: plan, cached: [:], isFresh: isFresh))
        bench.restartCoordinator()
        bench.hello("A")
        if isFresh { bench.result(bench.beat("A", credit: 1).grants[0].lease, from: "A") }
        let grant = try #require(bench.beat("A", credit: 1).grants.first { $0.lease.stage == child.stage })
        #expect(grant.inputs.contains(resume) == !isFresh)
        #expect(grant.isAnew == isFresh)
        // A result of the lease before is not what was asked for.
        let late = bench.result(child, from: "A")
        #expect(late.records.contains { if case .result = $0 { true } else { false } } == !isFresh)
    }

    @Test func aFreshSweepJoinsWhatIsUnderWay() {
        var bench = Self.bench(levels: 1)
        let running = bench.beat("A", credit: 1).grants[0].lease
        bench.beat("A", running: [running])
        let fresh = bench.handle(.submitted(SweepID("fresh"), plan: .sample(levels: 1), cached: [:], isFresh: true))
        #expect(fresh.revoked == [])
        #expect(runAll(&bench, from: bench.result(running, from: "A")) == [Self.dense])
        #expect(bench.status("fresh")?.state == .finished)
        #expect(bench.status()?.state == .finished)
    }
}
