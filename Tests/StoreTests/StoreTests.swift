import Foundation
import GRDB
import Scheduling
import Sweep
import Testing

@testable import Store

@Suite struct StoreTests {
    let directory: TemporaryDirectory
    let plan: Plan
    let sweep = SweepID("sample")

    init() throws {
        directory = try TemporaryDirectory()
        plan = try samplePlan()
    }

    private func open() throws -> Store { try Store(path: directory.database) }

    /// A store that holds the sample sweep, its dense network leased and finished.
    private func filled() throws -> Store {
        let store = try open()
        try store.commit(
            [.coordinatorEpoch(1), .submitted(sweep, plan)],
            submissions: [sweep: Submission(yaml: "name: sample", cached: 0)], at: 100)
        let lease = LeaseID(stage: plan.stages[0].key, epoch: 1)
        try store.commit([.leased(lease, worker: "ada"), .result(lease, sampleOutcome(), worker: "ada")], at: 101)
        return store
    }

    @Test func everyRecordIsRemembered() throws {
        let store = try filled()
        let first = plan.stages[1].key
        let second = plan.stages[2].key
        let failure = Failure(cause: .engineCrash, message: "signal 11", evidence: "tail")
        let resume = ArtifactReference(role: "resume", sha256: String(repeating: "b", count: 64), size: 7)
        try store.commit(
            [
                .replica(LeaseID(stage: plan.stages[0].key, epoch: 1), sampleOutcome(0.8), worker: "bob"),
                .leased(LeaseID(stage: first, epoch: 1), worker: "ada"),
                .resume(first, resume),
                .leased(LeaseID(stage: first, epoch: 2), worker: "bob"),
                .leased(LeaseID(stage: second, epoch: 1), worker: "ada"),
                .failed(LeaseID(stage: second, epoch: 1), failure, worker: "ada"),
                .quarantined(second, failure),
                .sweepState(sweep, .failed),
            ], at: 102)
        try store.close()

        let durable = try open().load()
        #expect(durable.coordinatorEpoch == 1)
        #expect(durable.sweeps.map(\.id) == [sweep])
        #expect(durable.sweeps.first?.plan == plan)
        #expect(durable.sweeps.first?.state == .failed)
        #expect(durable.stages.count == 3)
        let dense = try #require(durable.stages[plan.stages[0].key])
        #expect(dense.outcome == sampleOutcome())
        #expect(dense.lastWorker == nil)
        #expect(dense.resultEpoch == 1)
        #expect(dense.node == plan.stages[0])
        let running = try #require(durable.stages[first])
        #expect(running.epoch == 2)
        #expect(running.lastWorker == "bob")
        #expect(running.resume == resume)
        #expect(running.outcome == nil)
        let given = try #require(durable.stages[second])
        #expect(given.failures == [failure])
        #expect(given.quarantined == failure)
        #expect(given.lastWorker == nil)
    }

    @Test func resultsCarryTheWorkerAndTheFile() throws {
        let store = try filled()
        let record = try #require(try store.results(of: sweep))
        #expect(record.yaml == "name: sample")
        #expect(record.plan == plan)
        #expect(record.header.submittedAt == 100)
        #expect(record.header.finishedAt == 0)
        #expect(record.measured[plan.stages[0].key]?.worker == "ada")
        #expect(record.measured.count == 1)
        #expect(try store.results(of: SweepID("other")) == nil)
        try store.commit([.sweepState(sweep, .finished)], at: 200)
        #expect(try store.sweeps().first?.finishedAt == 200)
    }

    @Test func outcomesAreFoundByKeyFromAnySweep() throws {
        let store = try filled()
        let other = try samplePlan(name: "other", seeds: 2, levels: 3)
        let cached = try store.cachedOutcomes(for: other)
        #expect(cached == [plan.stages[0].key: sampleOutcome()])
    }

    @Test func aLeaseCarriesTheDescriptionThatTheKeyHashes() throws {
        let store = try filled()
        let key = plan.stages[1].key
        let description = try #require(try store.description(of: key, for: sweep))
        #expect(StageKey(hashing: description.canonicalJSON) == key)
        #expect(description.engine == ["engine", "--fast"])
        #expect(try store.description(of: key, for: SweepID("other")) == nil)
    }

    @Test func aNewSubmissionReopensWhatWasGivenUp() throws {
        let store = try filled()
        let stage = plan.stages[1].key
        let failure = Failure(cause: .storage, message: "no")
        let lease = LeaseID(stage: stage, epoch: 1)
        try store.commit(
            [.leased(lease, worker: "a"), .failed(lease, failure, worker: "a"), .quarantined(stage, failure)], at: 1)
        #expect(try store.load().stages[stage]?.quarantined == failure)
        #expect(try store.load().stages[stage]?.failures == [failure])
        try store.commit([.submitted(SweepID("sample-2"), plan)], at: 2)
        #expect(try store.load().stages[stage]?.quarantined == nil)
        #expect(try store.load().stages[stage]?.failures == [])
    }

    @Test func aResultIsSeenUntilTheNextOneReplacesIt() throws {
        let store = try filled()
        let dense = plan.stages[0].key
        try store.commit([.reopened(LeaseID(stage: dense, epoch: 1))], at: 102)
        #expect(try store.results(of: sweep)?.measured[dense]?.outcome == sampleOutcome())
        #expect(try store.load().stages[dense]?.outcome == nil)
        #expect(try store.load().stages[dense]?.reopened == 1)
        #expect(try store.cachedOutcomes(for: plan) == [:])

        let lease = LeaseID(stage: dense, epoch: 2)
        try store.commit([.leased(lease, worker: "bob"), .result(lease, sampleOutcome(0.7), worker: "bob")], at: 103)
        #expect(try store.results(of: sweep)?.measured[dense]?.outcome == sampleOutcome(0.7))
        #expect(try store.load().stages[dense]?.outcome == sampleOutcome(0.7))
        #expect(try store.load().stages[dense]?.resultEpoch == 2)
        #expect(try store.load().stages[dense]?.reopened == nil)
        let replicas = try store.database.read { database in
            try Row.fetchAll(database, sql: "SELECT epoch, worker, received_at FROM replica").map {
                "\($0["epoch"] as Int) \($0["worker"] as String) \($0["received_at"] as Double)"
            }
        }
        #expect(replicas == ["1 ada 101.0"])
    }

    @Test func whatAFailedSweepCouldNotMeasureAgainHasNoResult() throws {
        let store = try filled()
        let dense = plan.stages[0].key
        let failure = Failure(cause: .engineCrash, message: "signal 11")
        try store.commit([.reopened(LeaseID(stage: dense, epoch: 1)), .quarantined(dense, failure)], at: 102)
        #expect(try store.results(of: sweep)?.measured[dense] != nil)
        try store.commit([.sweepState(sweep, .failed)], at: 103)
        #expect(try store.results(of: sweep)?.measured[dense] == nil)
        #expect(try store.results(of: sweep)?.quarantined[dense] == failure)
    }

    @Test func theArtifactsOfStagesAreThoseOfTheirResults() throws {
        let left = try filled().artifactsOfStages()
        #expect(left.map(\.key) == [plan.stages[0].key])
        #expect(left.first?.label == "train, seed 0")
        #expect(left.first?.artifacts == sampleOutcome().artifacts)
    }

    @Test func aSweepSubmittedAgainIsOneSweep() throws {
        let store = try filled()
        let stage = plan.stages[1].key
        let failure = Failure(cause: .storage, message: "no")
        let lease = LeaseID(stage: stage, epoch: 1)
        try store.commit([.submitted(SweepID("other"), try samplePlan(name: "other"))], at: 150)
        try store.commit(
            [
                .leased(lease, worker: "a"), .failed(lease, failure, worker: "a"), .quarantined(stage, failure),
                .sweepState(sweep, .failed),
            ], at: 200)
        #expect(try store.sweeps().map(\.id.text) == ["sample", "other"])
        var again = plan
        again.priority = 5
        again.engine = ["engine", "--faster"]
        // The clock was set back meanwhile.
        try store.commit(
            [.submitted(sweep, again)], submissions: [sweep: Submission(yaml: "# again", cached: 1)], at: 120)
        #expect(try store.sweeps().map(\.id.text) == ["other", "sample"])
        let record = try #require(try store.results(of: sweep))
        #expect(record.plan == again)
        #expect(record.yaml == "# again")
        #expect(record.header.cached == 1)
        #expect(record.header.state == .running)
        #expect(record.header.finishedAt == 0)
        #expect(record.quarantined.isEmpty)
        #expect(record.measured.count == 1)
        #expect(try store.load().sweeps.map(\.id.text) == ["sample", "other"])
    }

    // MARK: - Safety

    /// Records that must never be stored, each after a valid one that must vanish with it.
    @Test(arguments: ["a second result", "a fencing number given out twice", "a result of an unknown stage"])
    func aBatchIsAllOrNothing(_ contradiction: String) throws {
        let store = try filled()
        let dense = plan.stages[0].key
        let bad: Scheduling.Record =
            switch contradiction {
            case "a second result": .result(LeaseID(stage: dense, epoch: 1), sampleOutcome(0.1), worker: "bob")
            case "a fencing number given out twice": .leased(LeaseID(stage: dense, epoch: 1), worker: "bob")
            default: .result(LeaseID(stage: StageKey(hashing: "none"), epoch: 1), sampleOutcome(), worker: "bob")
            }
        let good = Scheduling.Record.leased(LeaseID(stage: plan.stages[1].key, epoch: 1), worker: "ada")
        let error = #expect(throws: StoreError.self) { try store.commit([good, bad], at: 1) }
        #expect(error?.code == .contradiction)
        #expect(try store.load().stages[plan.stages[1].key]?.epoch == 0)
        #expect(try store.load().stages[dense]?.outcome == sampleOutcome())
        // Without the contradiction the same record is kept.
        try store.commit([good], at: 1)
        #expect(try store.load().stages[plan.stages[1].key]?.epoch == 1)
    }

    @Test func aFullDiskKeepsNothingOfTheBatch() throws {
        let store = try filled()
        let pages = try store.database.write { database in
            let used = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            return try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(used)")
        }
        #expect(pages != nil)
        let large = Failure(cause: .engineCrash, message: "", evidence: String(repeating: "x", count: 100_000))
        let stage = plan.stages[1].key
        let error = #expect(throws: StoreError.self) {
            try store.commit(
                [
                    .leased(LeaseID(stage: stage, epoch: 1), worker: "ada"),
                    .failed(LeaseID(stage: stage, epoch: 1), large, worker: "ada"),
                ], at: 1)
        }
        #expect(error?.code == .full)
        #expect(error?.message.contains("the disk is full; make room") == true)
        let durable = try open().load()
        #expect(durable.stages[stage]?.epoch == 0)
        #expect(durable.stages[plan.stages[0].key]?.outcome == sampleOutcome())
    }

    /// The files as a power failure would leave them: a commit that returned is in them.
    @Test func aCommitThatReturnedSurvivesACrash() throws {
        let store = try filled()
        let copy = try TemporaryDirectory()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: directory.database + suffix, toPath: copy.database + suffix)
        }
        #expect(try Store(path: copy.database).load().stages[plan.stages[0].key]?.outcome == sampleOutcome())
        // Negative control: without the write-ahead log the commit is missing, so the log did carry it.
        try FileManager.default.removeItem(atPath: copy.database)
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy.database + suffix) }
        try FileManager.default.copyItem(atPath: directory.database, toPath: copy.database)
        #expect(throws: Never.self) { try Store(path: copy.database) }
        #expect(try Store(path: copy.database).load().stages.isEmpty)
        try store.close()
    }

    @Test func commitsWaitForTheDisk() throws {
        let store = try open()
        let (synchronous, journal) = try store.database.read { database in
            (
                try Int.fetchOne(database, sql: "PRAGMA synchronous"),
                try String.fetchOne(database, sql: "PRAGMA journal_mode")
            )
        }
        #expect(synchronous == 2)
        #expect(journal == "wal")
    }

    @Test func closingFoldsTheLogIntoTheDatabase() throws {
        try filled().close()
        let log = FileManager.default.contents(atPath: directory.database + "-wal") ?? Data()
        #expect(log.isEmpty)
        #expect(try open().load().sweeps.count == 1)
    }
}
