import EspalierTestKit
import Scheduling
import Sweep
import Testing

/// Sweeps that share stages, repeat each other, and are called off.
@Suite struct SweepTests {
    /// Runs everything that is open on one worker.
    static func runAll(_ bench: inout Bench) -> Int {
        var count = 0
        bench.hello("runner", slots: 8)
        var grants = bench.beat("runner", credit: 8).grants
        while !grants.isEmpty {
            count += 1
            grants += bench.result(grants.removeFirst().lease, from: "runner").grants
            grants += bench.beat("runner", credit: 1, running: grants.map(\.lease)).grants
        }
        bench.handle(.bye(from: .of("runner", nil)))
        return count
    }

    @Test func stagesRunOnce() {
        var bench = Bench()
        bench.submit(.sample(methods: ["a", "b"], levels: 3, seeds: 2), id: "first")
        #expect(Self.runAll(&bench) == 14)
        // The same again is done at once.
        let again = bench.submit(.sample(methods: ["a", "b"], levels: 3, seeds: 2), id: "again")
        #expect(again.states == [.finished])
        #expect(bench.status("again")?.stages.cached == 14)
        // One more method runs only that method's stages.
        bench.submit(.sample(methods: ["a", "b", "c"], levels: 3, seeds: 2), id: "more")
        #expect(bench.status("more")?.stages.cached == 14)
        #expect(Self.runAll(&bench) == 6)
        // So does a restarted coordinator.
        bench.restartCoordinator()
        #expect(bench.coordinator.isIdle)
        #expect(bench.status("more")?.tasks == TaskCounts(total: 18, done: 18, failed: 0))
        #expect(bench.status("more")?.stages.cached == 14)
        #expect(bench.submit(.sample(methods: ["c"], levels: 3, seeds: 2), id: "last").states == [.finished])
    }

    @Test func outcomesOfTheStoreCount() {
        var bench = Bench()
        let plan = Plan.sample(levels: 2)
        let cached = Dictionary(uniqueKeysWithValues: plan.stages.dropLast().map { ($0.key, Outcome.sample) })
        bench.submit(plan, cached: cached)
        let grant = bench.join("A", slots: 4).grants
        #expect(grant.map(\.lease.stage) == [plan.stages[2].key])
        #expect(grant.map(\.inputs) == [Outcome.sample.artifacts])
        #expect(bench.result(grant[0].lease, from: "A").states == [.finished])
    }

    @Test func cancellingStopsWhatNobodyElseNeeds() {
        var bench = Bench()
        bench.submit(.sample(levels: 1, seeds: 1), id: "short")
        bench.submit(.sample(levels: 1, seeds: 3), id: "long")
        bench.hello("A", slots: 2)
        let leases = bench.beat("A", credit: 2).grants.map(\.lease)
        let end = bench.handle(.cancelled(SweepID("long")))
        #expect(end.revoked == [leases[1]])
        #expect(end.states == [.cancelled])
        #expect(bench.beat("A", credit: 1, running: [leases[0]]).grants.isEmpty)
        // A later submission takes the stages up again.
        #expect(bench.submit(.sample(levels: 1, seeds: 3), id: "again").grants.map(\.lease.epoch) == [2])
        bench.restartCoordinator()
        #expect(bench.status("long")?.state == .cancelled)
        #expect(bench.status("again")?.state == .running)
    }

    @Test func theSamePlanUnderTheSameNameIsTheSameSweep() {
        var bench = Bench()
        let plan = Plan.sample(name: "mnist", levels: 2)
        #expect(bench.coordinator.id(for: plan).text == "mnist")
        bench.submit(plan, id: "mnist")
        #expect(bench.coordinator.id(for: plan).text == "mnist")
        var urgent = plan
        urgent.priority = 7
        #expect(bench.coordinator.id(for: urgent).text == "mnist")
        let more = Plan.sample(name: "mnist", levels: 3)
        #expect(bench.coordinator.id(for: more).text == "mnist-2")
        bench.submit(more, id: "mnist-2")
        #expect(bench.coordinator.id(for: more).text == "mnist-2")
        #expect(bench.coordinator.id(for: plan).text == "mnist")
        #expect(bench.coordinator.id(for: .sample(name: "other", levels: 2)).text == "other")
        // The same stages, in other tasks.
        var regrouped = plan
        regrouped.tasks.removeLast()
        #expect(bench.coordinator.id(for: regrouped).text == "mnist-3")
        // Whatever it is given, a known sweep does not get another plan.
        #expect(bench.submit(more, id: "mnist").isEmpty)
        bench.restartCoordinator()
        #expect(bench.coordinator.id(for: plan).text == "mnist")
        #expect(bench.coordinator.id(for: more).text == "mnist-2")
    }

    @Test func aSweepSubmittedAgainGoesOn() {
        var bench = Bench()
        bench.submit(.sample(levels: 2))
        bench.hello("A")
        let dense = bench.beat("A", credit: 1).grants[0].lease
        // While it runs, nothing is disturbed.
        let again = bench.submit(.sample(levels: 2))
        #expect(again.messages.isEmpty && again.states.isEmpty)
        #expect(bench.result(dense, from: "A").verdicts == [.accepted])
        bench.submit(.sample(levels: 2))
        #expect(bench.status()?.stages == StageCounts(total: 3, done: 1, failed: 0, running: 0, cached: 1))
        #expect(Self.runAll(&bench) == 2)
        #expect(bench.status()?.tasks == TaskCounts(total: 2, done: 2, failed: 0))
        // Finished, it is done at once, and stays so in the store.
        #expect(bench.submit(.sample(levels: 2)).states == [.finished])
        bench.restartCoordinator()
        #expect(bench.coordinator.sweepStatuses(at: bench.now).map(\.state) == [.finished])
        #expect(bench.coordinator.isIdle)
    }

    /// Also by a coordinator that was started in between.
    @Test(arguments: [false, true]) func aCancelledSweepIsTakenUpFromItsCheckpoints(restarting: Bool) {
        var bench = Bench()
        bench.submit(.sample(levels: 1))
        let dense = bench.join("A").grants[0].lease
        let resume = ArtifactReference(role: "resume", sha256: String(repeating: "b", count: 64), size: 7)
        bench.beat("A", running: [dense])
        bench.handle(.released(dense, resume: resume, from: .of("A", nil)))
        #expect(bench.coordinator.keptStages(of: SweepID("sweep-1")) == 1)
        #expect(bench.handle(.cancelled(SweepID("sweep-1"))).states == [.cancelled])
        if restarting { bench.restartCoordinator() }
        #expect(bench.join("A").grants.isEmpty)
        let again = bench.submit(.sample(levels: 1))
        #expect(again.grants.map(\.lease) == [LeaseID(stage: dense.stage, epoch: 2)])
        #expect(again.grants.map(\.inputs) == [[resume]])
        #expect(bench.status()?.state == .running)
        bench.handle(.bye(from: .of("A", nil)))
        #expect(Self.runAll(&bench) == 2)
        #expect(bench.status()?.state == .finished)
        #expect(bench.coordinator.keptStages(of: SweepID("sweep-1")) == 0)
    }

    @Test func whatFailedIsTriedAgainUnderTheSameId() {
        var bench = Bench()
        bench.submit(.sample(levels: 1))
        bench.hello("A")
        for _ in 1...2 { bench.fail(bench.beat("A", credit: 1).grants[0].lease, .outOfMemory, from: "A") }
        #expect(bench.status()?.state == .failed)
        bench.submit(.sample(levels: 1))
        #expect(bench.status()?.state == .running)
        let lease = bench.beat("A", credit: 1).grants[0].lease
        // With a fresh budget.
        #expect(bench.fail(lease, .outOfMemory, from: "A").quarantines == [])
        bench.handle(.bye(from: .of("A", nil)))
        #expect(Self.runAll(&bench) == 2)
        #expect(bench.status()?.state == .finished)
    }

    @Test func stagesGivenUpOnAreTriedAgainBySubmitting() {
        var bench = Bench()
        bench.submit(.sample(levels: 1), id: "first")
        bench.hello("A")
        for _ in 1...2 { bench.fail(bench.beat("A", credit: 1).grants[0].lease, .outOfMemory, from: "A") }
        #expect(bench.status("first")?.state == .failed)
        let again = bench.submit(.sample(levels: 1), id: "second")
        // The first sweep's points are open again, too.
        #expect(again.states == [.running])
        let lease = bench.beat("A", credit: 1).grants[0].lease
        #expect(lease.epoch == 3)
        // With a fresh budget.
        #expect(bench.fail(lease, .outOfMemory, from: "A").quarantines == [])
        bench.handle(.bye(from: .of("A", nil)))
        #expect(Self.runAll(&bench) == 2)
        #expect(bench.status("first")?.state == .finished)
        #expect(bench.status("second")?.state == .finished)
    }

    @Test func aLateResultOfAStageGivenUpOnBringsItsChildrenBack() {
        var bench = Bench()
        bench.submit(.sample(levels: 2))
        let first = bench.join("A").grants[0].lease
        bench.beat("A", running: [first])
        bench.pass(61)
        for _ in 1...2 {
            bench.fail(bench.join("B").grants[0].lease, .outOfMemory, from: "B")
            // "A" would come first now, but it is not there.
            bench.pass(61)
        }
        #expect(bench.status()?.state == .failed)
        let late = bench.result(first, from: "A")
        #expect(late.verdicts == [.accepted])
        #expect(late.states == [.running])
        #expect(Self.runAll(&bench) == 2)
        #expect(bench.status()?.state == .finished)
    }

    @Test func countsAndRemainingTime() {
        var bench = Bench()
        bench.submit(.sample(levels: 4, seeds: 1))
        #expect(bench.status()?.remaining == nil)
        bench.hello("A", slots: 2)
        bench.result(bench.beat("A", credit: 2).grants[0].lease, from: "A")
        let leases = bench.beat("A", credit: 2).grants.map(\.lease)
        bench.result(leases[0], from: "A", Outcome(seconds: 40))
        #expect(bench.status()?.stages == StageCounts(total: 5, done: 2, failed: 0, running: 1, cached: 0))
        // Three stages of 40 s on two slots.
        #expect(bench.status()?.remaining == .seconds(60))
    }

    @Test func aMethodNotYetSeenIsTakenToLastAsLongAsTheOthers() {
        var bench = Bench()
        bench.submit(.sample(methods: ["random", "snip"], levels: 2, seeds: 1))
        bench.hello("A", slots: 1)
        bench.result(bench.beat("A", credit: 1).grants[0].lease, from: "A", Outcome(seconds: 40))
        // Four stages, none of which has been timed, on one slot.
        #expect(bench.status()?.remaining == .seconds(160))
    }
}
