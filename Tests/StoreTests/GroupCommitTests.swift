import GRDB
import Scheduling
import Sweep
import Testing

@testable import Store

@Suite struct GroupCommitTests {
    /// Counts transactions: with `synchronous = FULL` each costs one fsync of the write-ahead log.
    private final class Commits: TransactionObserver {
        var count = 0
        func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
        func databaseDidChange(with event: DatabaseEvent) {}
        func databaseDidCommit(_ database: Database) { count += 1 }
        func databaseDidRollback(_ database: Database) {}
    }

    @Test func aHundredResultsAreOneTransaction() throws {
        let directory = try TemporaryDirectory()
        let store = try Store(path: directory.database)
        let plan = try samplePlan(seeds: 100, levels: 5)
        try store.commit([.submitted(SweepID("sample"), plan)], at: 0)
        let commits = Commits()
        store.database.add(transactionObserver: commits)
        let records = plan.stages.map {
            Scheduling.Record.result(LeaseID(stage: $0.key, epoch: 1), sampleOutcome(), worker: "w")
        }
        let clock = ContinuousClock()

        let grouped = try clock.measure {
            for start in stride(from: 0, to: 500, by: 100) {
                try store.commit(Array(records[start..<start + 100]), at: 0)
            }
        }
        #expect(commits.count == 5)
        let alone = try clock.measure {
            for record in records[500..<600] { try store.commit([record], at: 0) }
        }
        #expect(commits.count == 105)
        print(
            "store: \(Int(100 / alone.inSeconds)) commits/s one result each; grouped by 100: "
                + "\(Int(5 / grouped.inSeconds)) commits/s, \(Int(500 / grouped.inSeconds)) results/s")
        try store.close()
    }
}
