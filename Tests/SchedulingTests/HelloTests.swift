import EspalierTestKit
import Scheduling
import Sweep
import Testing

/// Workers that come, reconnect, start again, and survive the coordinator.
@Suite struct HelloTests {
    @Test func theSameSessionKeepsItsLeasesOnANewConnection() {
        var bench = Bench()
        bench.submit(.sample())
        let lease = bench.join("A").grants[0].lease
        bench.beat("A", running: [lease])
        #expect(bench.hello("A", peer: 2, running: [lease]).messages == [.helloOK(coordinatorEpoch: 1, dropped: [])])
        // The old connection is forgotten, the lease is not.
        #expect(bench.beat("A", peer: 1).messages == [.helloAgain])
        #expect(bench.result(lease, from: "A", peer: 2).verdicts == [.accepted])
    }

    @Test func aNewSessionLosesWhatTheOldOneRan() {
        var bench = Bench()
        bench.submit(.sample())
        let lease = bench.join("A").grants[0].lease
        bench.beat("A", running: [lease])
        bench.pass(11)
        let records = bench.hello("A", session: "b", peer: 2).records
        #expect(records.count == 1)
        #expect(bench.beat("A", credit: 1, peer: 2).grants.map(\.lease.epoch) == [2])
        // What the old session had spooled is handed in by the new one, and counts.
        #expect(bench.result(lease, from: "A", peer: 2).verdicts == [.accepted])
    }

    @Test func twoLiveProcessesWithOneName() throws {
        var bench = Bench()
        bench.submit(.sample())
        bench.join("A")
        bench.pass(10)
        let answer = bench.hello("A", session: "b", peer: 2).messages
        guard case .refused(let refusal) = try #require(answer.first) else {
            Issue.record("expected a refusal, got \(answer)")
            return
        }
        #expect(refusal.reason == .duplicateWorker)
        #expect(refusal.message.contains("'node-A'") && refusal.message.contains("espalier keys add worker"))
        // The first one is untouched; once it has been silent, the second is let in.
        #expect(bench.beat("A").messages.contains(.heartbeatAck(coordinatorEpoch: 1)))
        bench.pass(10.1)
        #expect(bench.hello("A", session: "b", peer: 2).messages == [.helloOK(coordinatorEpoch: 1, dropped: [])])
    }

    @Test func onlyTheOldWorkerTakesItsLeaseUpAfterARestart() {
        var bench = Bench()
        bench.submit(.sample(seeds: 2))
        bench.hello("A", slots: 2)
        let leases = bench.beat("A", credit: 2).grants.map(\.lease)
        bench.restartCoordinator()
        #expect(bench.coordinator.epoch == 2)
        // Within the grace nobody else gets them.
        #expect(bench.join("B", slots: 4).grants.isEmpty)
        let wrong = LeaseID(stage: leases[0].stage, epoch: 7)
        let answer = bench.hello("A", slots: 2, running: [leases[0], wrong])
        #expect(answer.messages == [.helloOK(coordinatorEpoch: 2, dropped: [wrong])])
        #expect(bench.coordinator.workerStatuses(at: bench.now)[0].running.map(\.lease) == [leases[0]])
        bench.pass(59)
        bench.beat("A", running: [leases[0]])
        #expect(bench.beat("B", credit: 4).grants.isEmpty)
        // After it, what nobody came back for goes on elsewhere, under the next epoch.
        bench.pass(1)
        #expect(bench.handle(.tick).grants.map(\.lease) == [LeaseID(stage: leases[1].stage, epoch: 2)])
    }

    /// Whether it is open, ran out, or was leased by the coordinator before: another worker cannot take it over by
    /// listing it.
    @Test func aLeaseBelongsToOneWorker() {
        var bench = Bench()
        bench.submit(.sample())
        bench.hello("B")
        let lease = bench.join("A").grants[0].lease
        #expect(bench.beat("B", running: [lease]).revoked == [lease])
        bench.pass(61)
        bench.handle(.tick)
        #expect(bench.beat("B", running: [lease]).revoked == [lease])
        #expect(bench.beat("A", running: [lease]).revoked == [])
        bench = Bench(Self.leased(lease, to: "A"))
        #expect(bench.hello("B", running: [lease]).messages == [.helloOK(coordinatorEpoch: 1, dropped: [lease])])
        #expect(bench.hello("A", running: [lease]).messages == [.helloOK(coordinatorEpoch: 1, dropped: [])])
    }

    /// What a store holds in which the first stage of the sample is leased.
    private static func leased(_ lease: LeaseID, to worker: String) -> Durable {
        var store = ModelStore()
        _ = store.apply(.submitted(SweepID("sweep-1"), .sample()))
        _ = store.apply(.leased(lease, worker: worker))
        return store.durable
    }

    @Test func verdictsSurviveARestart() {
        var bench = Bench()
        bench.submit(.sample())
        let lease = bench.join("A").grants[0].lease
        bench.result(lease, from: "A")
        bench.restartCoordinator()
        bench.hello("A")
        let again = bench.result(lease, from: "A")
        #expect(again.verdicts == [.accepted])
        #expect(again.records == [])
    }

    /// The first record of a life raises the epoch, before anything else is said or kept.
    @Test func everyLifeHasAnEpochOfItsOwn() {
        var coordinator = Coordinator(settings: Coordinator.Settings())
        let directives = coordinator.handle(
            .restored(Durable(coordinatorEpoch: 41)), at: Instant(nanoseconds: 0))
        #expect(directives == [.persist(.coordinatorEpoch(42))])
    }

    @Test func failuresAreCountedAcrossRestarts() {
        var bench = Bench()
        bench.submit(.sample(levels: 1))
        for attempt in 1...3 {
            bench.restartCoordinator()
            bench.pass(61)
            let end = bench.fail(bench.join("A").grants[0].lease, .engineCrash, from: "A")
            #expect(end.states == (attempt == 3 ? [.failed] : []))
        }
        bench.restartCoordinator()
        #expect(bench.coordinator.isIdle)
        #expect(bench.status()?.tasks.failed == 1)
    }
}
