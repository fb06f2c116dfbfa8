import Scheduling
import Sweep
import Testing

@Suite struct WorkerSessionResults {
    let checkpoint = artifact("pruned")
    var outcome: Outcome { Outcome(artifacts: [checkpoint]) }

    @Test func aResultGoesToDiskThenItsArtifactsThenTheMessage() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a")
        let finished = harness.hear(.finished(lease.stage, outcome))
        #expect(finished.first == .spool(SpooledResult(lease: lease, outcome: outcome)))
        #expect(finished.credit == 2)
        #expect(harness.hear(.spooled(lease)) == [.upload(checkpoint)])
        let uploaded = harness.hear(.uploaded(sha256: checkpoint.sha256))
        #expect(uploaded == [.send(.result(SpooledResult(lease: lease, outcome: outcome)))])
        #expect(harness.receive(.resultAck(lease, .accepted)) == [.forget(lease), .discardWork(lease.stage)])
        #expect(harness.session.unacknowledged.isEmpty)
    }

    @Test(arguments: [Verdict.accepted, .replica, .unknown])
    func anyVerdictEndsTheResultsStay(verdict: Verdict) {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a")
        harness.finish(lease)
        #expect(harness.receive(.resultAck(lease, verdict)).contains(.forget(lease)))
    }

    @Test func anUnacknowledgedResultIsOfferedAgain() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a")
        harness.finish(lease, outcome: outcome)
        harness.hear(.uploaded(sha256: checkpoint.sha256))
        harness.said = []
        harness.wait(.seconds(4))
        harness.receive(.heartbeatAck)
        #expect(!harness.said.contains(.upload(checkpoint)))
        #expect(harness.wait(.seconds(6)).contains(.upload(checkpoint)))
        #expect(harness.hear(.uploaded(sha256: checkpoint.sha256)).results == [lease])
    }

    @Test func everyWelcomeBringsTheResultsAgain() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a")
        harness.finish(lease)
        for _ in 0..<3 {
            harness.hear(.disconnected)
            harness.wait(.seconds(15))
            harness.said = []
            harness.establish()
            #expect(harness.said.results == [lease])
        }
    }

    @Test func aResultFinishedWhileCutOffIsKept() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a")
        harness.hear(.disconnected)
        harness.finish(lease)
        #expect(harness.said.results.isEmpty)
        harness.wait(.seconds(1))
        harness.establish()
        #expect(harness.said.results == [lease])
    }

    @Test func aRefusedResultOfAnEarlierProcessIsReportedAsAFailure() {
        let lease = LeaseID(stage: key("a"), epoch: 4)
        let failure = Failure(cause: .engineCrash, message: "test_accuracy is nan")
        var session = WorkerSession(slots: 1, refused: [lease: failure])
        let now = Instant(nanoseconds: 0)
        _ = session.handle(.tick, at: now)
        // The coordinator counts it only of a lease that the worker says it holds.
        let hello = session.handle(.connected, at: now)
        #expect(hello.messages == [.hello(running: [LeaseStatus(lease: lease)], remaining: nil)])
        let welcome = session.handle(.received(.helloOK(heartbeat: .seconds(5), dropped: [])), at: now)
        #expect(welcome.messages.contains(.failure(lease, failure)))
        #expect(session.running.isEmpty && session.credit == 1)
    }

    @Test func whatAnEarlierProcessSpooledIsHandedIn() {
        let left = SpooledResult(lease: LeaseID(stage: key("a"), epoch: 4), outcome: Outcome())
        var harness = SessionHarness(spooled: [left])
        harness.establish()
        #expect(harness.said.results == [left.lease])
        #expect(harness.session.credit == 2)
    }

    @Test func aLeaseForAStageWhoseResultWaitsIsAnsweredWithIt() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a", epoch: 1)
        harness.finish(lease)
        harness.said = []
        harness.lease("a", epoch: 2)
        #expect(harness.said.results == [lease])
        #expect(!harness.said.contains { if case .startEngine = $0 { true } else { false } })
    }

    @Test func anAcknowledgementOfAnotherEpochChangesNothing() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a", epoch: 2)
        harness.finish(lease)
        #expect(harness.receive(.resultAck(LeaseID(stage: lease.stage, epoch: 1), .unknown)).isEmpty)
        #expect(harness.session.unacknowledged.map(\.lease) == [lease])
    }

    @Test func aFullDiskIsAStorageFailure() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a")
        harness.hear(.finished(lease.stage, outcome))
        let directives = harness.hear(.spoolFailed(lease, message: "disk full"))
        #expect(directives.messages == [.failure(lease, Failure(cause: .storage, message: "disk full"))])
    }

    @Test func anArtifactThatIsLostHereFailsTheStageAtOnce() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a")
        harness.finish(lease, outcome: outcome)
        let end = harness.hear(.transferFailed(sha256: checkpoint.sha256, message: "damaged", isLost: true))
        #expect(end.messages.contains(.failure(lease, Failure(cause: .artifact, message: "damaged"))))
        #expect(end.contains(.forget(lease)))
    }

    @Test func anArtifactRefusedAgainAndAgainFailsTheStage() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a")
        harness.finish(lease, outcome: outcome)
        for _ in 1..<5 {
            #expect(harness.hear(.transferFailed(sha256: checkpoint.sha256, message: "too large")).messages.isEmpty)
            for _ in 0..<3 {
                harness.wait(.seconds(4))
                harness.receive(.heartbeatAck)
            }
        }
        let last = harness.hear(.transferFailed(sha256: checkpoint.sha256, message: "too large"))
        #expect(last.messages.contains(.failure(lease, Failure(cause: .artifact, message: "too large"))))
        #expect(last.contains(.forget(lease)))
    }
}

@Suite struct WorkerSessionDrain {
    @Test func anIdleWorkerLeavesAtOnce() {
        var harness = SessionHarness()
        harness.establish()
        let directives = harness.hear(.drain(reason: "SIGTERM"))
        #expect(directives.messages.last == .bye(reason: "SIGTERM"))
        #expect(directives.exitCode == 0)
    }

    @Test func aBusyWorkerCheckpointsUploadsReleasesAndLeaves() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a")
        let resume = artifact("resume", role: "resume")
        let drain = harness.hear(.drain(reason: "SIGTERM"))
        #expect(drain.contains(.stopEngine(slot: 0)))
        #expect(drain.credit == 0)
        #expect(drain.exitCode == nil)
        #expect(harness.hear(.stopped(lease.stage, resume: resume, step: 9)) == [.upload(resume)])
        let end = harness.hear(.uploaded(sha256: resume.sha256))
        #expect(end.messages == [.release(lease, resume: resume, step: 9), .bye(reason: "SIGTERM")])
        #expect(end.exitCode == 0)
    }

    @Test func aDrainingWorkerTakesNoLease() {
        var harness = SessionHarness()
        harness.establish()
        harness.lease("a")
        harness.hear(.drain(reason: "SIGTERM"))
        harness.said = []
        let refused = harness.lease("b")
        #expect(harness.said == [.send(.release(refused, resume: nil, step: 0))])
    }

    @Test func aResultIsHandedInBeforeLeaving() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a")
        harness.finish(lease)
        #expect(harness.hear(.drain(reason: "SIGTERM")).exitCode == nil)
        #expect(harness.receive(.resultAck(lease, .accepted)).exitCode == 0)
    }

    @Test func aCutOffWorkerLeavesItsResultInTheSpool() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a")
        harness.finish(lease)
        harness.hear(.disconnected)
        #expect(harness.hear(.drain(reason: "SIGTERM")).exitCode == 0)
        #expect(!harness.said.contains(.forget(lease)))
    }

    @Test(arguments: [true, false])
    func aSecondRequestOrTheTimeLimitEndsIt(again: Bool) {
        var harness = SessionHarness()
        harness.establish(heartbeat: .seconds(60))
        harness.lease("a")
        harness.hear(.drain(reason: "SIGTERM"))
        harness.wait(.seconds(29))
        let end = again ? harness.hear(.drain(reason: "SIGTERM")) : harness.wait(.seconds(1))
        #expect(end.exitCode == 1)
    }

    @Test func aMachineWithAnEndIsDrainedBeforeIt() {
        var harness = SessionHarness(deadline: Instant(nanoseconds: 0) + .seconds(600))
        harness.establish(heartbeat: .seconds(600))
        #expect(harness.said.messages.first == .hello(running: [], remaining: .seconds(600)))
        harness.lease("a")
        #expect(!harness.wait(.seconds(539)).contains(.stopEngine(slot: 0)))
        #expect(harness.wait(.seconds(1)).contains(.stopEngine(slot: 0)))
    }
}
