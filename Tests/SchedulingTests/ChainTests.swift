import EspalierTestKit
import Scheduling
import Sweep
import Testing

/// Cascades, where a level starts from the level before, and pruning at initialisation, which starts from nothing.
@Suite struct ChainTests {
    static func checkpoint(_ name: String) -> Outcome {
        Outcome(artifacts: [ArtifactReference(role: "checkpoint", sha256: name, size: 1)], seconds: 1)
    }

    @Test func eachLevelGetsTheCheckpointOfTheLevelBefore() {
        var bench = Bench()
        bench.submit(.sample(levels: 3, shape: .cascade))
        bench.hello("A", slots: 4)
        var inputs: [[String]] = []
        var grants = bench.beat("A", credit: 4).grants
        for step in 0..<4 where grants.count == 1 {
            inputs.append(grants[0].inputs.map(\.sha256))
            let end = bench.result(grants[0].lease, from: "A", Self.checkpoint("checkpoint \(step)"))
            #expect(end.states == (step == 3 ? [.finished] : []))
            grants = end.grants
        }
        #expect(inputs == [[], ["checkpoint 0"], ["checkpoint 1"], ["checkpoint 2"]])
        #expect(bench.status()?.tasks == TaskCounts(total: 3, done: 3, failed: 0))
    }

    /// The longer a chain that waits for a stage, the sooner it comes.
    @Test func theLongestChainComesFirst() {
        var bench = Bench()
        bench.submit(.sample(methods: ["short"], levels: 3, network: "one"), id: "s1")
        bench.submit(.sample(methods: ["long"], levels: 3, network: "two", shape: .cascade), id: "s2")
        bench.hello("A", slots: 9)
        #expect(bench.beat("A", credit: 1).grants.map(\.label) == ["train two on mnist, seed 0"])
    }

    @Test func whatIsBelowAFailedLevelFailsWithASentenceAndWhatIsAboveStays() throws {
        var bench = Bench()
        bench.submit(.sample(levels: 4, shape: .cascade))
        bench.hello("A")
        bench.result(bench.beat("A", credit: 1).grants[0].lease, from: "A")
        bench.result(bench.beat("A", credit: 1).grants[0].lease, from: "A")
        bench.fail(bench.beat("A", credit: 1).grants[0].lease, .outOfMemory, from: "A")
        let end = bench.fail(bench.beat("A", credit: 1).grants[0].lease, .outOfMemory, from: "A")
        #expect(end.quarantines == [.outOfMemory, .parent, .parent])
        #expect(end.states == [.failed])
        #expect(bench.status()?.tasks == TaskCounts(total: 4, done: 1, failed: 3))
        let sentences = end.records.compactMap {
            if case .quarantined(_, let failure) = $0 { failure.message } else { nil }
        }
        #expect(
            sentences == [
                "made up",
                "'prune magnitude-global 1, seed 0', which this starts from, was given up on: made up",
                "'prune magnitude-global 1, seed 0', which this starts from, was given up on: made up",
            ])
        #expect(bench.coordinator.failedStages().map { [$0.stages, $0.tasks] } == [[3, 3]])
        // A restart knows the same, and a new submission opens the whole chain again.
        bench.restartCoordinator()
        #expect(bench.status()?.tasks == TaskCounts(total: 4, done: 1, failed: 3))
        bench.submit(.sample(levels: 4, shape: .cascade), id: "again")
        #expect(bench.status("again")?.stages == StageCounts(total: 5, done: 2, failed: 0, running: 0, cached: 2))
        #expect(SweepTests.runAll(&bench) == 3)
        #expect(bench.status()?.state == .finished)
    }

    @Test func aLevelThatDivergedIsAResultWithoutLevelsBelow() {
        var bench = Bench()
        bench.submit(.sample(levels: 3, shape: .cascade))
        bench.hello("A")
        bench.result(bench.beat("A", credit: 1).grants[0].lease, from: "A")
        var outcome = Outcome.sample
        outcome.status = .diverged
        outcome.note = "the loss became non-finite"
        let end = bench.result(bench.beat("A", credit: 1).grants[0].lease, from: "A", outcome)
        #expect(end.quarantines == [.parent, .parent])
        #expect(bench.status()?.tasks == TaskCounts(total: 3, done: 1, failed: 2))
        #expect(
            bench.coordinator.failedStages().first?.failure.message
                == "'prune magnitude-global 0, seed 0', which this starts from, ended as diverged: the loss became non-finite"
        )
    }

    @Test(arguments: [Outcome.Status.infeasible, .collapsed])
    func aCascadeGoesOnFromALevelThatMissedItsSparsityOrLostALayer(status: Outcome.Status) {
        var bench = Bench()
        bench.submit(.sample(levels: 2, shape: .cascade))
        bench.hello("A")
        bench.result(bench.beat("A", credit: 1).grants[0].lease, from: "A")
        var outcome = Outcome.sample
        outcome.status = status
        bench.result(bench.beat("A", credit: 1).grants[0].lease, from: "A", outcome)
        let next = bench.beat("A", credit: 1).grants
        #expect(next.map(\.inputs) == [Outcome.sample.artifacts])
        #expect(bench.result(next[0].lease, from: "A").states == [.finished])
    }

    @Test func cancellingALongerCascadeKeepsWhatTheShorterOneNeeds() {
        var bench = Bench()
        let long = Plan.sample(levels: 3, shape: .cascade)
        var short = long
        short.tasks.removeLast()
        short.stages.removeLast()
        bench.submit(short, id: "short")
        bench.submit(long, id: "long")
        bench.handle(.cancelled(SweepID("long")))
        #expect(SweepTests.runAll(&bench) == 3)
        #expect(bench.status("short")?.state == .finished)
        // Taken up again, only the last level is left to do.
        bench.submit(long, id: "again")
        #expect(bench.status("again")?.stages.cached == 3)
        #expect(SweepTests.runAll(&bench) == 1)
    }

    @Test func pruningAtInitialisationWaitsForNothing() {
        var bench = Bench()
        bench.submit(.sample(levels: 2, shape: .atInitialisation))
        bench.hello("A", slots: 9)
        let grants = bench.beat("A", credit: 9).grants
        #expect(grants.count == 3, "the dense network and both levels at once")
        #expect(grants.allSatisfy { $0.inputs.isEmpty })
        // A dense network that fails takes nothing with it.
        let dense = grants.first { $0.label.hasPrefix("train") }
        for grant in grants where grant.lease != dense?.lease { bench.result(grant.lease, from: "A") }
        for grant in dense.map({ bench.fail($0.lease, .invalidStage, from: "A").grants }) ?? [] {
            #expect(bench.fail(grant.lease, .invalidStage, from: "A").quarantines == [.invalidStage])
        }
        #expect(bench.status()?.tasks == TaskCounts(total: 2, done: 2, failed: 0))
        #expect(bench.status()?.state == .failed)
    }

    /// Whatever is lost, repeated and killed, a chain's stages run in order, each from the network before.
    @Test(.timeLimit(.minutes(1)), arguments: 1...6) func everyPromiseHoldsInAStorm(seed: Int) {
        var cluster = SimulatedCluster(
            seed: UInt64(seed), workers: 4, faults: SimulationTests.Weather.storm.faults,
            settings: Coordinator.Settings(), storeDefect: nil, shellDefect: nil)
        cluster.submit(SweepID("chains"), .sample(methods: ["a", "b"], levels: 5, seeds: 2, shape: .cascade))
        cluster.submit(
            SweepID("more"), .sample(methods: ["b"], levels: 5, seeds: 3, shape: .cascade), after: .seconds(60))
        cluster.submit(
            SweepID("off"), .sample(methods: ["c"], levels: 6, seeds: 1, shape: .cascade), after: .seconds(60))
        cluster.cancel(SweepID("off"), after: .seconds(150))
        cluster.run()
        #expect(cluster.history.violations == [])
    }
}
