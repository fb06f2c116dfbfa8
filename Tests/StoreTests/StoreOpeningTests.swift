import Foundation
import GRDB
import Scheduling
import Testing

@testable import Store

@Suite struct StoreOpeningTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private func openingError() -> StoreError? {
        #expect(throws: StoreError.self) { try Store(path: directory.database) }
    }

    @Test func aFileThatIsNotADatabase() throws {
        try Data(repeating: 0x2a, count: 8192).write(to: URL(fileURLWithPath: directory.database))
        let error = openingError()
        #expect(error?.code == .corrupt)
        #expect(error?.message.contains(directory.database) == true)
    }

    @Test(arguments: [0.3, 0.6]) func aDamagedDatabase(share: Double) throws {
        let store = try Store(path: directory.database)
        let plan = try samplePlan(seeds: 20, levels: 10)
        try store.commit([.submitted(SweepID("sample"), plan)], at: 0)
        try store.close()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: directory.database))
        let start = Int(Double(bytes.count) * share) / 4096 * 4096
        for index in start..<start + 4096 { bytes[index] = UInt8(truncatingIfNeeded: index &* 31) }
        try bytes.write(to: URL(fileURLWithPath: directory.database))
        let error = openingError()
        #expect(error?.code == .corrupt)
        #expect(error?.message.contains("restore it from a backup") == true)
    }

    @Test func aTruncatedDatabase() throws {
        let store = try Store(path: directory.database)
        try store.commit([.submitted(SweepID("sample"), try samplePlan(seeds: 20, levels: 10))], at: 0)
        try store.close()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: directory.database))
        try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: directory.database))
        #expect(openingError()?.code == .corrupt)
    }

    @Test func aDatabaseOfANewerVersion() throws {
        let store = try Store(path: directory.database)
        try store.database.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')") }
        try store.close()
        let error = openingError()
        #expect(error?.code == .newerVersion)
        #expect(error?.message.contains("newer Espalier") == true)
    }

    @Test(arguments: ["/proc/espalier.sqlite", "/nowhere/at/all/espalier.sqlite"])
    func aDirectoryThatCannotBeWritten(path: String) {
        let error = #expect(throws: StoreError.self) { try Store(path: path) }
        #expect(error?.code == .cannotOpen)
        #expect(error?.message.contains(path) == true)
    }

    @Test(.enabled(if: geteuid() != 0, "root may write anywhere"))
    func aDatabaseWithoutWritePermission() throws {
        try Store(path: directory.database).close()
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: directory.database)
        #expect(openingError()?.code == .readOnly)
    }

    @Test func anotherProgramHoldsIt() throws {
        let store = try Store(path: directory.database)
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: directory.database, configuration: configuration)
        try other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        try store.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA busy_timeout = 10") }
        let error = #expect(throws: StoreError.self) { try store.commit([.coordinatorEpoch(1)], at: 0) }
        #expect(error?.code == .busy)
    }

    @Test(arguments: [
        ("nfs4", "nfs4"), ("lustre", "lustre"), ("ext4", nil), ("xfs", nil), ("fuse.sshfs", "fuse.sshfs"),
        ("overlay", nil), ("tmpfs", nil),
    ])
    func networkFileSystemsAreKnownByName(type: String, expected: String?) {
        let mounts = """
            22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            36 22 0:42 / /home rw,nosuid shared:5 master:1 - \(type) server:/home rw,vers=4.2
            """
        #expect(NetworkFileSystem.type(device: 42, mounts: mounts) == expected)
        #expect(NetworkFileSystem.type(device: 0x801, mounts: mounts) == nil)
        #expect(NetworkFileSystem.type(device: 7, mounts: mounts) == nil)
    }
}
