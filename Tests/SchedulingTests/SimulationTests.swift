import EspalierTestKit
import Scheduling
import Sweep
import Testing

/// Whole runs in virtual time: whatever is lost, repeated, delayed, cut off, killed and started again.
@Suite(.timeLimit(.minutes(1)))
struct SimulationTests {
    /// What goes wrong in a run.
    enum Weather: CaseIterable {
        case calm, lossyNetwork, dyingWorkers, dyingCoordinator, badDisks, storm

        var faults: SimulatedCluster.Faults {
            var faults = SimulatedCluster.Faults()
            if self == .lossyNetwork || self == .storm {
                faults.loss = 0.1
                faults.duplication = 0.1
                faults.delay = .seconds(12)
                faults.partition = 0.02
                faults.lateArtifacts = 0.2
            }
            if self == .dyingWorkers || self == .storm {
                faults.workerCrash = 0.02
                faults.drain = 0.01
                faults.stageFailure = 0.1
            }
            if self == .badDisks { faults.artifactLoss = 0.3 }
            if self == .storm { faults.artifactLoss = 0.1 }
            if self == .dyingCoordinator || self == .storm { faults.coordinatorCrash = 0.02 }
            return faults
        }
    }

    static func cluster(
        seed: UInt64, _ faults: SimulatedCluster.Faults, settings: Coordinator.Settings = Coordinator.Settings(),
        storeDefect: ModelStore.Defect? = nil, shellDefect: SimulatedCluster.ShellDefect? = nil,
        resubmitting: Bool = false
    ) -> SimulatedCluster {
        var cluster = SimulatedCluster(
            seed: seed, workers: 4, faults: faults, settings: settings, storeDefect: storeDefect,
            shellDefect: shellDefect)
        cluster.submit(SweepID("first"), .sample(methods: ["magnitude-global", "random"], levels: 3, seeds: 2))
        // Shares its dense networks and one method with the first.
        cluster.submit(
            SweepID("second"), .sample(methods: ["random", "nnrelief"], levels: 3, seeds: 3), after: .seconds(60))
        let third = Plan.sample(methods: ["snip"], levels: 4, seeds: 2)
        cluster.submit(SweepID("third"), third, after: .seconds(90))
        cluster.cancel(SweepID("third"), after: .seconds(150))
        if resubmitting { cluster.submit(SweepID("third"), third, after: .seconds(200)) }
        cluster.run()
        return cluster
    }

    @Test(arguments: Weather.allCases, 1...12)
    func everyPromiseHolds(weather: Weather, seed: Int) {
        let cluster = Self.cluster(seed: UInt64(seed), weather.faults)
        #expect(cluster.history.violations == [])
        #expect(cluster.history.leases >= 21)
    }

    /// Files lost here and there cost time and no result.
    @Test(arguments: 1...12)
    func lostFilesAreMadeAgain(seed: Int) {
        let cluster = Self.cluster(seed: UInt64(seed), Weather.badDisks.faults)
        #expect(cluster.store.states.values.filter { $0 == .failed } == [])
        #expect(cluster.history.starts.values.contains { $0 > 1 }, "something was lost that was needed")
    }

    /// A fresh sweep of what is measured already, on a coordinator that dies again and again, runs each of its stages once.
    @Test(arguments: 1...6)
    func aFreshSweepRunsOnce(seed: Int) {
        let cluster = Self.freshCluster(seed: UInt64(seed))
        #expect(cluster.history.violations == [])
        #expect(cluster.history.starts.values.allSatisfy { $0 == 2 })
    }

    private static func freshCluster(seed: UInt64, storeDefect: ModelStore.Defect? = nil) -> SimulatedCluster {
        let plan = Plan.sample(methods: ["magnitude-global", "random"], levels: 3, seeds: 2)
        var cluster = SimulatedCluster(
            seed: seed, workers: 4, faults: Weather.dyingCoordinator.faults, storeDefect: storeDefect)
        cluster.submit(SweepID("first"), plan)
        cluster.submit(SweepID("fresh"), plan, after: .seconds(800), isFresh: true)
        cluster.run()
        return cluster
    }

    @Test(arguments: Weather.allCases, 1...6)
    func aSweepIsTakenUpAgainAfterItWasCancelled(weather: Weather, seed: Int) {
        let cluster = Self.cluster(seed: UInt64(seed), weather.faults, resubmitting: true)
        #expect(cluster.history.violations == [])
        let state = cluster.store.states[SweepID("third")]
        #expect(state == .finished || state == .failed && weather.faults.stageFailure > 0)
    }

    @Test func oneSeedIsOneRun() {
        let one = Self.cluster(seed: 3, Weather.storm.faults)
        let other = Self.cluster(seed: 3, Weather.storm.faults)
        #expect(one.events == other.events)
        #expect(one.store.stages == other.store.stages)
    }

    @Test func nothingRunsTwiceWithoutNeed() {
        let cluster = Self.cluster(seed: 1, Weather.calm.faults)
        #expect(cluster.history.starts.values.allSatisfy { $0 == 1 })
        #expect(cluster.history.replicas == 0)
    }

    /// Workers outlive the coordinator: a restart repeats no work, because the leases before it are waited for.
    @Test(arguments: 1...6)
    func restartsRepeatNothing(seed: Int) {
        let cluster = Self.cluster(seed: UInt64(seed), Weather.dyingCoordinator.faults)
        #expect(cluster.history.starts.values.allSatisfy { $0 == 1 })
    }

    // MARK: - Negative controls: without a safeguard, the checks above must fail.

    @Test func withoutGraceRestartsRepeatWork() {
        var settings = Coordinator.Settings()
        settings.restartGrace = .zero
        let repeated = (1...6).contains { seed in
            let cluster = Self.cluster(seed: UInt64(seed), Weather.dyingCoordinator.faults, settings: settings)
            return cluster.history.starts.values.contains { $0 > 1 }
        }
        #expect(repeated)
    }

    @Test func aStoreThatLosesLeasesIsCaught() {
        #expect(Self.isCaught("went to", storeDefect: .losesLeases))
    }

    @Test func aStoreThatLosesResultsIsCaught() {
        #expect(Self.isCaught("disappeared", storeDefect: .losesResults))
    }

    @Test func aStoreThatForgetsReopeningsIsCaught() {
        let starts = (1...6).flatMap { seed in
            Self.freshCluster(seed: UInt64(seed), storeDefect: .forgetsReopenings).history.starts.values
        }
        #expect(starts.contains { $0 != 2 })
    }

    @Test func aShellThatOverlooksLossesIsCaught() {
        let failed = (1...12).contains { seed in
            let cluster = Self.cluster(
                seed: UInt64(seed), Weather.badDisks.faults, shellDefect: .overlooksLosses)
            return cluster.store.states.values.contains(.failed)
        }
        #expect(failed)
    }

    @Test func aShellThatSendsBeforePersistingIsCaught() {
        #expect(Self.isCaught("before it was durable", shellDefect: .sendsBeforePersisting))
    }

    private static func isCaught(
        _ violation: String, storeDefect: ModelStore.Defect? = nil,
        shellDefect: SimulatedCluster.ShellDefect? = nil
    ) -> Bool {
        (1...6).contains { seed in
            let cluster = cluster(
                seed: UInt64(seed), Weather.dyingCoordinator.faults, storeDefect: storeDefect, shellDefect: shellDefect)
            return cluster.history.violations.contains { $0.contains(violation) }
        }
    }
}
