import Foundation
import GRDB
import Scheduling
import Testing

@testable import Store

/// Readers see what was committed and leave no trace.
@Suite struct SnapshotTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    /// Every file of the directory but SQLite's index of the log, in which readers note what they read.
    private func files() throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        return Dictionary(
            uniqueKeysWithValues: names.map { name in
                let content =
                    name.hasSuffix("-shm") ? nil : FileManager.default.contents(atPath: "\(directory.path)/\(name)")
                return (name, content ?? Data())
            })
    }

    private func filled() throws -> Store {
        let store = try Store(path: directory.database)
        try store.commit([.coordinatorEpoch(3), .submitted(SweepID("sample"), try samplePlan())], at: 100)
        return store
    }

    /// A coordinator runs; one was killed; one has stopped; and the same where nothing may be written.
    @Test(arguments: ["open", "killed", "closed"], [false, true])
    func whatWasCommittedIsRead(state: String, readOnly: Bool) throws {
        let store = try filled()
        if state == "killed" {
            // Only closing folds the log away: a copy of the files is what a kill leaves.
            let copies = try files().keys.map { name in
                (name, try Data(contentsOf: URL(fileURLWithPath: "\(directory.path)/\(name)")))
            }
            try store.close()
            for (name, content) in copies { try content.write(to: URL(fileURLWithPath: "\(directory.path)/\(name)")) }
        } else if state == "closed" {
            try store.close()
        }
        if readOnly { chmod(directory.path, 0o500) }
        defer { chmod(directory.path, 0o700) }
        let before = try files()
        #expect(before.keys.contains("espalier.sqlite-wal") == (state != "closed"))
        let snapshot = try Store(snapshotOf: directory.database)
        #expect(try snapshot.load().sweeps.map(\.id.text) == ["sample"])
        #expect(try snapshot.load().coordinatorEpoch == 3)
        #expect(Store.sweepIDs(inDatabaseAt: directory.database, limit: 2) == ["sample"])
        #expect(try files() == before)
        if state == "open" {
            // It goes on as if nobody had looked; what comes later is not in the snapshot.
            try store.commit([.coordinatorEpoch(4)], at: 101)
            #expect(try snapshot.load().coordinatorEpoch == 3)
            #expect(try Store(snapshotOf: directory.database).load().coordinatorEpoch == 4)
            try store.close()
        } else {
            chmod(directory.path, 0o700)
            #expect(try Store(path: directory.database).load().coordinatorEpoch == 3)
        }
    }

    @Test func withoutADatabaseThereIsNothing() throws {
        #expect(try Store(snapshotOf: directory.database).load().sweeps.isEmpty)
        #expect(Store.sweepIDs(inDatabaseAt: directory.database, limit: 2).isEmpty)
        #expect(try files().isEmpty)
    }

    @Test func aPathThatReadsLikeAnAddress() throws {
        let path = directory.path + "/50%20?mode=memory#1"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Store(path: path + "/espalier.sqlite").commit([.coordinatorEpoch(3)], at: 0)
        #expect(try Store(snapshotOf: path + "/espalier.sqlite").load().coordinatorEpoch == 3)
    }

    @Test func aLogWithoutItsIndexIsNamed() throws {
        let store = try filled()
        let copy = try TemporaryDirectory()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: directory.database + suffix, toPath: copy.database + suffix)
        }
        let error = #expect(throws: StoreError.self) { try Store(snapshotOf: copy.database) }
        #expect(error?.message.contains("cannot be read without '\(copy.database)-shm'") == true)
        try store.close()
    }

    @Test func aDamagedOrNewerDatabaseIsRefused() throws {
        try filled().close()
        let database = try DatabaseQueue(path: directory.database)
        try database.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')") }
        try database.close()
        #expect((#expect(throws: StoreError.self) { try Store(snapshotOf: directory.database) })?.code == .newerVersion)
        try Data(repeating: 0x2a, count: 8192).write(to: URL(fileURLWithPath: directory.database))
        #expect((#expect(throws: StoreError.self) { try Store(snapshotOf: directory.database) })?.code == .corrupt)
    }

    /// Somebody who reads for long keeps the coordinator from folding the log away, and from nothing else.
    @Test func closingDoesNotFailForAReader() throws {
        let store = try filled()
        try store.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA busy_timeout = 10") }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.allowsUnsafeTransactions = true
        let reader = try DatabaseQueue(path: directory.database, configuration: configuration)
        try reader.writeWithoutTransaction {
            try $0.execute(sql: "BEGIN")
            _ = try Row.fetchAll($0, sql: "SELECT * FROM sweep")
        }
        try store.commit([.coordinatorEpoch(4)], at: 101)
        try store.close()
        try reader.close()
        #expect(try Store(path: directory.database).load().coordinatorEpoch == 4)
    }

    // MARK: - Identity

    @Test func everyDatabaseHasAnIdentityAndKeepsIt() throws {
        let store = try filled()
        let identity = try store.identity()
        #expect(identity.count == 32)
        try store.close()
        #expect(try Store(path: directory.database).identity() == identity)
        #expect(try Store(snapshotOf: directory.database).identity() == identity)
        let other = try TemporaryDirectory()
        #expect(try Store(path: other.database).identity() != identity)
    }

    /// Of the version before identities, with a sweep that had the id `last` and others that have what it may get.
    @Test(arguments: [([], "last-1"), (["last-1", "last-2", "last-4"], "last-3")])
    func anEarlierDatabaseGetsThem(taken: [String], free: String) throws {
        let store = try filled()
        for id in ["last"] + taken {
            try store.commit([.submitted(SweepID(id), try samplePlan(name: id))], at: 101)
        }
        try store.database.write {
            try $0.execute(
                sql:
                    "ALTER TABLE coordinator DROP COLUMN identity; DELETE FROM grdb_migrations WHERE identifier = '3'"
            )
        }
        try store.close()
        let before = try files()
        let snapshot = try Store(snapshotOf: directory.database)
        #expect(try snapshot.sweeps().map(\.id.text) == ["sample", free] + taken)
        #expect(try files() == before)
        let upgraded = try Store(path: directory.database)
        #expect(try upgraded.sweeps().map(\.id.text) == ["sample", free] + taken)
        #expect(try upgraded.sweeps().map(\.name) == ["sample", "last"] + taken)
        // What a reader has put into a report before the coordinator was started is still true.
        #expect(try upgraded.identity() == snapshot.identity())
    }
}
