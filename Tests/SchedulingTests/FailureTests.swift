import EspalierTestKit
import Scheduling
import Sweep
import Testing

/// Blame by cause: what counts against a stage, and what happens once it is given up on.
@Suite struct FailureTests {
    @Test(arguments: [
        (Failure.Cause.engineCrash, 3), (.outOfMemory, 2), (.invalidStage, 2), (.artifact, 3),
    ])
    func givenUpOnAtTheLimit(cause: Failure.Cause, limit: Int) {
        var bench = Bench()
        bench.submit(.sample(levels: 3))
        bench.hello("A")
        for attempt in 1...limit {
            let lease = bench.beat("A", credit: 1).grants[0].lease
            #expect(lease.epoch == UInt64(attempt))
            let end = bench.fail(lease, cause, from: "A")
            if attempt < limit { #expect(end.quarantines == []) }
            if attempt == limit {
                // The pruned levels have nothing to start from.
                #expect(end.quarantines == [cause, .parent, .parent, .parent])
                #expect(end.states == [.failed])
            }
        }
        #expect(bench.coordinator.isIdle)
        #expect(bench.status()?.tasks == TaskCounts(total: 3, done: 0, failed: 3))
        let reasons = bench.coordinator.failedStages(of: SweepID("sweep-1"))
        #expect(reasons.map { [$0.attempts, $0.stages, $0.tasks] } == [[limit, 4, 3]], "one reason, said once")
    }

    @Test(arguments: [false, true])
    func aSubmissionStartsTheCountAnew(isRestarted: Bool) {
        var bench = Bench()
        bench.submit(.sample())
        bench.hello("A")
        for _ in 1...2 {
            let lease = bench.beat("A", credit: 1).grants[0].lease
            bench.fail(lease, .engineCrash, from: "A")
        }
        bench.submit(.sample(), id: "again")
        if isRestarted {
            bench.restartCoordinator()
            bench.hello("A")
        }
        for attempt in 1...3 {
            let lease = bench.beat("A", credit: 1).grants[0].lease
            #expect(bench.fail(lease, .engineCrash, from: "A").quarantines.isEmpty == (attempt < 3))
        }
    }

    @Test func aRefusedResultIsAFailureOfItsEngineThatTheWorkerForgets() {
        var bench = Bench()
        bench.submit(.sample())
        bench.hello("A")
        for attempt in 1...3 {
            let lease = bench.beat("A", credit: 1).grants[0].lease
            let end = bench.handle(.refusedResult(lease, reason: "sparsity is 2", from: .of("A", nil)))
            #expect(end.verdicts == [.refused])
            #expect(end.quarantines.isEmpty == (attempt < 3))
        }
        let failure = bench.coordinator.failedStages(of: SweepID("sweep-1")).first?.failure
        #expect(failure?.cause == .engineCrash && failure?.message.contains("sparsity is 2") == true)
        // A stale one counts against nobody.
        let stale = LeaseID(stage: bench.coordinator.failedStages(of: nil)[0].key, epoch: 1)
        let end = bench.handle(.refusedResult(stale, reason: "sparsity is 2", from: .of("A", nil)))
        #expect(end.verdicts == [.refused] && end.records.isEmpty)
        #expect(bench.handle(.refusedResult(stale, reason: "", from: .of("B", nil))).messages == [.helloAgain])
    }

    @Test(arguments: [Failure.Cause.timeLimit, .storage])
    func notTheStagesFault(cause: Failure.Cause) {
        var bench = Bench()
        bench.submit(.sample())
        bench.hello("A")
        for _ in 1...20 {
            let lease = bench.beat("A", credit: 1).grants[0].lease
            #expect(bench.fail(lease, cause, from: "A").quarantines == [])
            bench.pass(61)
        }
    }

    @Test func aWorkerWithAFullDiskIsPassedOver() {
        var bench = Bench()
        bench.submit(.sample())
        let lease = bench.join("A").grants[0].lease
        bench.fail(lease, .storage, from: "A")
        #expect(bench.beat("A", credit: 1).grants.isEmpty)
        bench.pass(61)
        #expect(bench.beat("A", credit: 1).grants.count == 1)
    }

    @Test func anotherWorkerTriesNext() {
        var bench = Bench()
        bench.submit(.sample(seeds: 2))
        bench.hello("B")
        let lease = bench.join("A").grants[0].lease
        bench.fail(lease, .invalidStage, from: "A")
        // The other seed is not affected.
        #expect(bench.beat("A", credit: 1).grants.map(\.label) == ["train lenet-5 on mnist, seed 1"])
        #expect(bench.beat("B", credit: 1).grants.map(\.lease.stage) == [lease.stage])
    }

    @Test func onlyWorkThatBeganCountsAsLost() {
        var bench = Bench()
        bench.submit(.sample())
        for session in 1...20 {
            bench.hello("A", session: "\(session)")
            #expect(bench.beat("A", credit: 1).grants.count == 1)
            bench.pass(11)
        }
        #expect(bench.status()?.state == .running)
        for session in 21...25 {
            bench.hello("A", session: "\(session)")
            let lease = bench.beat("A", credit: 1).grants[0].lease
            bench.beat("A", running: [lease])
            bench.pass(11)
        }
        #expect(bench.hello("A", session: "26").quarantines == [.lostWorker, .parent, .parent])
    }

    @Test(arguments: [Outcome.Status.collapsed, .infeasible, .diverged])
    func anUnusableParentIsAResultWithoutChildren(status: Outcome.Status) {
        var bench = Bench()
        bench.submit(.sample(levels: 2))
        let lease = bench.join("A").grants[0].lease
        let end = bench.result(lease, from: "A", Outcome(status: status, note: "why", seconds: 1))
        #expect(end.verdicts == [.accepted])
        #expect(end.quarantines == [.parent, .parent])
        #expect(end.states == [.failed])
        let message = bench.coordinator.failedStages().first?.failure.message
        #expect(message == "'train lenet-5 on mnist, seed 0', which this starts from, ended as \(status): why")
    }

    /// Dominated and collapsed points are measured points.
    @Test func aCollapsedPointFinishesItsTask() {
        var bench = Bench()
        bench.submit(.sample(levels: 1))
        bench.result(bench.join("A").grants[0].lease, from: "A")
        let lease = bench.beat("A", credit: 1).grants[0].lease
        #expect(bench.result(lease, from: "A", Outcome(status: .collapsed)).states == [.finished])
        #expect(bench.status()?.tasks == TaskCounts(total: 1, done: 1, failed: 0))
    }

    @Test func aReleasedStageGoesOnFromItsCheckpoint() {
        var bench = Bench()
        bench.submit(.sample())
        let lease = bench.join("A").grants[0].lease
        let resume = ArtifactReference(role: "anything", sha256: "ab", size: 1)
        bench.handle(.released(lease, resume: resume, from: .of("A", nil)))
        bench.handle(.bye(from: .of("A", nil)))
        let next = bench.join("B").grants[0]
        #expect(next.lease.epoch == 2)
        #expect(next.inputs == [ArtifactReference(role: "resume", sha256: "ab", size: 1)])
        // A checkpoint of an earlier lease never moves the pointer.
        bench.hello("A", session: "b")
        let stale = ArtifactReference(role: "resume", sha256: "old", size: 1)
        #expect(bench.handle(.released(lease, resume: stale, from: .of("A", nil))).isEmpty)
        // One that cannot be fetched is forgotten.
        bench.fail(next.lease, .artifact, from: "B")
        bench.pass(61)
        #expect(bench.beat("B", credit: 1).grants.map(\.inputs) == [[]])
    }

    @Test func aByeHandsEverythingBackWithoutBlame() {
        var bench = Bench()
        bench.submit(.sample())
        let lease = bench.join("A").grants[0].lease
        bench.beat("A", running: [lease])
        #expect(bench.handle(.bye(from: .of("A", nil))).records.isEmpty)
        #expect(bench.join("B").grants.map(\.lease.epoch) == [2])
        #expect(
            bench.coordinator.workerStatuses(at: bench.now).map { "\($0.name) \($0.state)" } == [
                "B connected", "A left",
            ])
    }

    @Test func aRevokedWorkerLosesItsLeases() {
        var bench = Bench()
        bench.submit(.sample())
        let lease = bench.join("A").grants[0].lease
        let end = bench.handle(.revoked(worker: "A"))
        #expect(end.messages.count == 1)
        #expect(bench.result(lease, from: "A").messages == [.helloAgain])
        #expect(bench.join("B").grants.map(\.lease.epoch) == [2])
    }
}
