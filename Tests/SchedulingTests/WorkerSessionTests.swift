import Scheduling
import Sweep
import Testing

@Suite struct WorkerSessionConnection {
    @Test func greetsOnceConnectedAndGivesItsCreditOnceWelcome() {
        var harness = SessionHarness(slots: 3)
        #expect(harness.hear(.tick) == [.connect])
        #expect(harness.hear(.connected) == [.send(.hello(running: [], remaining: nil))])
        let welcome = harness.receive(.helloOK(heartbeat: .seconds(2), dropped: []))
        #expect(welcome == [.send(.heartbeat(credit: 3, running: [], draining: false))])
        #expect(harness.wait(.seconds(1)).isEmpty)
        #expect(harness.wait(.seconds(1)).messages.count == 1)
    }

    @Test func aSilentCoordinatorIsLeftAfterThreeHeartbeatsAndTrainingGoesOn() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a")
        harness.wait(.seconds(14))
        harness.said = []
        #expect(harness.wait(.seconds(1)).contains(.disconnect))
        #expect(harness.wait(.milliseconds(500)) == [.connect])
        #expect(!harness.said.contains(.stopEngine(slot: 0)))
        let hello = harness.hear(.connected)
        #expect(
            hello == [
                .send(.hello(running: [LeaseStatus(lease: lease, progress: .init(phase: "starting"))], remaining: nil))
            ])
    }

    @Test func anyMessageCountsAsASignOfLife() {
        var harness = SessionHarness()
        harness.establish()
        for _ in 0..<10 {
            harness.wait(.seconds(4))
            #expect(!harness.receive(.heartbeatAck).contains(.disconnect))
        }
        #expect(harness.session.isEstablished)
    }

    @Test(arguments: [
        (0.0, [500, 1000, 2000, 4000, 8000, 15000, 15000]), (0.5, [375, 750, 1500, 3000, 6000, 11250, 11250]),
    ])
    func backsOffWithJitter(jitter: Double, milliseconds: [Int]) throws {
        var harness = SessionHarness()
        harness.hear(.tick)
        for pause in milliseconds {
            #expect(harness.hear(.disconnected, jitter: jitter) == [.disconnect])
            let wake = try #require(harness.session.wake)
            #expect(wake - harness.now == .milliseconds(pause))
            #expect(harness.wait(.milliseconds(pause)) == [.connect])
        }
    }

    @Test func aWelcomeStartsTheBackOffOver() throws {
        var harness = SessionHarness()
        harness.hear(.tick)
        for _ in 0..<5 {
            harness.hear(.disconnected)
            harness.wait(.seconds(15))
        }
        harness.establish()
        harness.hear(.disconnected)
        #expect(try #require(harness.session.wake) - harness.now == .milliseconds(500))
    }

    @Test func anUnansweredConnectionIsOpenedAfresh() {
        var harness = SessionHarness()
        harness.hear(.tick)
        #expect(harness.wait(.seconds(14)).isEmpty)
        #expect(harness.wait(.seconds(1)) == [.connect])
    }

    @Test func aFinalRefusalEndsTheWorkerWithTheCoordinatorsSentence() {
        var harness = SessionHarness()
        harness.hear(.tick)
        harness.hear(.connected)
        #expect(
            harness.receive(.refused(retry: false, sentence: "key revoked; ask")) == [
                .exit(code: 1, "key revoked; ask")
            ])
        #expect(harness.wait(.seconds(60)).isEmpty)
    }

    @Test func aPassingRefusalIsTriedAgainSlowly() {
        var harness = SessionHarness()
        harness.hear(.tick)
        harness.hear(.connected)
        #expect(harness.receive(.refused(retry: true, sentence: "an older one lives")) == [.disconnect])
        #expect(harness.wait(.seconds(19)).isEmpty)
        #expect(harness.wait(.seconds(1)) == [.connect])
    }

    @Test func aRestartedCoordinatorIsGreetedOnceAndTheDroppedLeasesStop() {
        var harness = SessionHarness()
        harness.establish()
        let kept = harness.lease("a")
        let dropped = harness.lease("b")
        #expect(harness.receive(.helloAgain).messages.count == 1)
        #expect(harness.receive(.helloAgain).isEmpty)
        let welcome = harness.receive(.helloOK(heartbeat: .seconds(5), dropped: [dropped]))
        #expect(welcome.contains(.stopEngine(slot: 1)))
        #expect(!welcome.contains(.stopEngine(slot: 0)))
        #expect(harness.session.running.map(\.lease) == [kept])
    }
}

@Suite struct WorkerSessionLeases {
    @Test func inputsAreFetchedOnceBeforeTheEngineStarts() {
        var harness = SessionHarness()
        harness.establish()
        let parent = artifact("dense")
        let first = Assignment(lease: LeaseID(stage: key("a"), epoch: 1), stage: "a", inputs: [parent])
        let second = Assignment(lease: LeaseID(stage: key("b"), epoch: 1), stage: "b", inputs: [parent])
        #expect(harness.receive(.lease(first)) == [.fetch(parent)])
        #expect(harness.receive(.lease(second)).isEmpty)
        let fetched = harness.hear(.fetched(sha256: parent.sha256))
        #expect(fetched == [.startEngine(slot: 0, first), .startEngine(slot: 1, second)])
    }

    @Test func aMissingInputFailsTheLeaseAndFreesTheSlot() {
        var harness = SessionHarness(slots: 1)
        harness.establish()
        let parent = artifact("dense")
        let assignment = Assignment(lease: LeaseID(stage: key("a"), epoch: 1), stage: "a", inputs: [parent])
        harness.receive(.lease(assignment))
        let directives = harness.hear(.transferFailed(sha256: parent.sha256, message: "gone"))
        #expect(directives.messages.first == .failure(assignment.lease, Failure(cause: .artifact, message: "gone")))
        #expect(directives.credit == 1)
    }

    @Test func aRepeatedLeaseStartsNothing() {
        var harness = SessionHarness()
        harness.establish()
        harness.lease("a")
        harness.said = []
        harness.lease("a")
        #expect(harness.said.isEmpty)
    }

    @Test func aNewerEpochTakesTheRunningWorkOver() {
        var harness = SessionHarness()
        harness.establish()
        harness.lease("a", epoch: 1)
        harness.said = []
        let newer = harness.lease("a", epoch: 2)
        harness.lease("a", epoch: 1)
        #expect(harness.said.isEmpty)
        harness.finish(newer)
        #expect(harness.said.results == [newer])
    }

    @Test func aLeaseTooManyIsHandedBack() {
        var harness = SessionHarness(slots: 1)
        harness.establish()
        harness.lease("a")
        harness.said = []
        let second = harness.lease("b")
        #expect(harness.said == [.send(.release(second, resume: nil, step: 0))])
    }

    @Test func aFailureIsSaidAgainWhenTheLeaseIsRepeated() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a")
        let failure = Failure(cause: .engineCrash, message: "died", evidence: "stack")
        #expect(harness.hear(.failed(lease.stage, failure)).messages.first == .failure(lease, failure))
        harness.said = []
        harness.lease("a", epoch: 1)
        #expect(harness.said == [.send(.failure(lease, failure))])
        harness.said = []
        harness.lease("a", epoch: 2)
        #expect(harness.said.contains { if case .startEngine = $0 { true } else { false } })
    }

    @Test func aFailureWhileCutOffIsSaidAfterTheNextWelcome() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a")
        harness.hear(.disconnected)
        let failure = Failure(cause: .engineCrash, message: "died")
        #expect(harness.hear(.failed(lease.stage, failure)).messages.isEmpty)
        harness.said = []
        harness.wait(.seconds(1))
        harness.establish()
        #expect(harness.said.messages.contains(.failure(lease, failure)))
    }

    @Test func aRevokedLeaseStopsAndItsWorkIsThrownAway() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a")
        #expect(harness.receive(.revoke(lease, reason: "cancelled")) == [.stopEngine(slot: 0)])
        #expect(harness.session.running.isEmpty)
        #expect(harness.session.credit == 1)
        let stopped = harness.hear(.stopped(lease.stage, resume: artifact("resume"), step: 7))
        #expect(stopped.contains(.discardWork(lease.stage)))
        #expect(stopped.credit == 2)
        #expect(!stopped.contains(.upload(artifact("resume"))))
    }

    @Test func anOlderRevocationIsIgnored() {
        var harness = SessionHarness()
        harness.establish()
        harness.lease("a", epoch: 3)
        #expect(harness.receive(.revoke(LeaseID(stage: key("a"), epoch: 2), reason: "superseded")).isEmpty)
    }

    @Test func anEngineThatDoesNotStopIsKilled() {
        var harness = SessionHarness()
        harness.establish(heartbeat: .seconds(60))
        let lease = harness.lease("a")
        harness.receive(.revoke(lease, reason: "cancelled"))
        #expect(harness.wait(.seconds(19)).isEmpty)
        #expect(harness.wait(.seconds(1)) == [.killEngine(slot: 0)])
        let crash = Failure(cause: .engineCrash, message: "signal 9")
        #expect(harness.hear(.failed(lease.stage, crash)).contains(.discardWork(lease.stage)))
    }

    @Test func anEngineStoppedByTheMachineHandsItsCheckpointBack() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a")
        let resume = artifact("resume", role: "resume")
        #expect(harness.hear(.stopped(lease.stage, resume: resume, step: 7)).isEmpty)
        #expect(harness.hear(.drain(reason: "SIGTERM")).contains(.upload(resume)))
        let uploaded = harness.hear(.uploaded(sha256: resume.sha256))
        #expect(uploaded.messages.first == .release(lease, resume: resume, step: 7))
    }

    @Test func anEngineThatStopsUnaskedIsBlamed() {
        var harness = SessionHarness()
        harness.establish()
        let lease = harness.lease("a")
        harness.hear(.stopped(lease.stage, resume: artifact("resume"), step: 7))
        #expect(harness.session.wake == harness.now + WorkerSession.Settings().leftOffLimit)
        #expect(harness.wait(.seconds(1)).isEmpty)
        let failure = harness.wait(.seconds(1)).failures.first
        #expect(failure?.cause == .engineCrash && failure?.message.contains("nobody asked it to") == true)
        #expect(harness.session.credit == 2)
    }

    // MARK: - Silence

    private func silence(reporting: Bool) -> (harness: SessionHarness, lease: LeaseID, limit: Duration) {
        var harness = SessionHarness()
        harness.establish(heartbeat: .seconds(100_000))
        let lease = harness.lease("a")
        if reporting { harness.hear(.progress(lease.stage, Progress(step: 1))) }
        let settings = WorkerSession.Settings()
        return (harness, lease, reporting ? settings.stallLimit : settings.silentStartLimit)
    }

    @Test(arguments: [true, false]) func aSilentEngineIsEndedAndBlamed(reporting: Bool) {
        var (harness, lease, limit) = silence(reporting: reporting)
        #expect(!harness.wait(limit - .seconds(1)).contains(.killEngine(slot: 0)))
        #expect(harness.session.wake == harness.now + .seconds(1))
        #expect(harness.wait(.seconds(1)).contains(.killEngine(slot: 0)))
        #expect(!harness.wait(.seconds(1)).contains(.killEngine(slot: 0)))
        let crash = Failure(cause: .engineCrash, message: "signal 9", evidence: "last words")
        let failure = harness.hear(.failed(lease.stage, crash)).failures.first
        #expect(failure?.cause == .engineCrash && failure?.evidence == "last words")
        #expect(failure?.message.contains("was silent for \(Int(limit.inSeconds)) s") == true)
        #expect(failure?.message.contains("--stall-after") == true)
    }

    @Test func anEngineThatReportsInTimeIsLeftAlone() {
        var (harness, lease, limit) = silence(reporting: true)
        for step in 2..<5 {
            #expect(!harness.wait(limit - .seconds(1)).contains(.killEngine(slot: 0)))
            harness.hear(.progress(lease.stage, Progress(step: UInt64(step))))
        }
        #expect(
            harness.hear(.finished(lease.stage, Outcome())).contains { if case .spool = $0 { true } else { false } })
    }

    @Test func aRevokedLeaseOfAStalledEngineIsThrownAway() {
        var (harness, lease, limit) = silence(reporting: true)
        harness.wait(limit)
        harness.receive(.revoke(lease, reason: "cancelled"))
        let end = harness.hear(.failed(lease.stage, Failure(cause: .engineCrash, message: "signal 9")))
        #expect(end.contains(.discardWork(lease.stage)) && end.failures.isEmpty)
    }
}
