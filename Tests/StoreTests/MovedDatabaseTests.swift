import Foundation
import GRDB
import Scheduling
import Testing

@testable import Store

/// Nothing is acknowledged that went into a file nobody will find again.
@Suite struct MovedDatabaseTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    enum Misfortune: CaseIterable {
        case deleted, renamed, replaced, logDeleted, wholeStateDeleted
    }

    @Test(arguments: Misfortune.allCases) func isNoticedAtTheNextCommit(_ misfortune: Misfortune) throws {
        let path = directory.database
        let store = try Store(path: path)
        try store.commit([.submitted(SweepID("before"), try samplePlan())], at: 0)
        let files = FileManager.default
        switch misfortune {
        case .deleted: try files.removeItem(atPath: path)
        case .renamed: try files.moveItem(atPath: path, toPath: path + ".old")
        case .replaced:
            // Its copy, as a restored backup is: the same content, another file.
            try files.copyItem(atPath: path, toPath: path + ".copy")
            try files.removeItem(atPath: path)
            try files.moveItem(atPath: path + ".copy", toPath: path)
        case .logDeleted: try files.removeItem(atPath: path + "-wal")
        case .wholeStateDeleted: try files.removeItem(atPath: directory.path)
        }
        let error = #expect(throws: StoreError.self) {
            try store.commit([.submitted(SweepID("after"), try samplePlan(name: "after"))], at: 1)
        }
        #expect(error?.code == .moved)
        #expect(error?.message.contains(path) == true)
    }

    @Test func aStateThatStaysIsWrittenOn() throws {
        let store = try Store(path: directory.database)
        for index in 0..<3 {
            try store.commit([.submitted(SweepID("sweep-\(index)"), try samplePlan(name: "sweep-\(index)"))], at: 0)
        }
        // What the log holds goes into the database, and the log is emptied: it stays the same file.
        try store.database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        try store.commit([.submitted(SweepID("last"), try samplePlan(name: "last"))], at: 1)
    }
}
