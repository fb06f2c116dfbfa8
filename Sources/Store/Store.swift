internal import Files
internal import GRDB

/// The coordinator's durable memory: one SQLite database, written in whole transactions.
///
/// Write-ahead log with `synchronous = FULL`: a commit that returned survives a power failure, and costs one fsync
/// however many records it carries. One connection, used from the coordinator's thread.
package final class Store: Sendable {
    let database: DatabaseQueue
    package let path: String
    /// The database and its write-ahead log. SQLite writes on into files that have been deleted or moved, as if nothing
    /// were the matter.
    private let files: [FileIdentity]

    /// Opens or creates the database, checks its integrity and brings its schema up to date.
    ///
    /// - Parameter allowNetworkFileSystem: Opens it even on NFS, Lustre and the like, where the write-ahead log is safe
    ///   only as long as no second machine ever opens it.
    package init(path: String, allowNetworkFileSystem: Bool = false) throws(StoreError) {
        self.path = path
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        if !allowNetworkFileSystem, let type = NetworkFileSystem.type(at: directory.isEmpty ? "/" : directory) {
            throw StoreError(
                .networkFileSystem, path: path,
                "the state directory '\(directory)' is on \(type), where the database is not safe; choose one on a local "
                    + "disk, or pass --allow-network-file-system")
        }
        do {
            var configuration = Configuration()
            configuration.label = "espalier.store"
            configuration.busyMode = .timeout(5)
            database = try DatabaseQueue(path: path, configuration: configuration)
            try database.writeWithoutTransaction { database in
                // Not GRDB's own write-ahead mode: that one sets synchronous to NORMAL, which may lose the last commits.
                guard try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL") == "wal" else {
                    throw StoreError(
                        .readOnly, path: path,
                        "the database '\(path)' cannot use a write-ahead log: its directory must be writable and on a "
                            + "local disk")
                }
                try database.execute(sql: "PRAGMA synchronous = FULL")
            }
            try Self.check(database, path: path)
            try Schema.migrator.migrate(database)
            // A file that cannot be written is found here, not at the first result.
            try database.write { try $0.execute(sql: "UPDATE coordinator SET epoch = epoch") }
            files = [path, path + "-wal"].compactMap(FileIdentity.init)
        } catch {
            throw StoreError(error, while: "open", path: path)
        }
    }

    /// For what is read and never written: ``init(snapshotOf:)``.
    init(_ database: DatabaseQueue, path: String) {
        self.database = database
        self.path = path
        files = []
    }

    static func check(_ database: DatabaseQueue, path: String) throws {
        try database.read { database in
            let findings = try String.fetchAll(database, sql: "PRAGMA integrity_check(1)")
            guard findings == ["ok"] else {
                throw StoreError(
                    .corrupt, path: path,
                    "the database '\(path)' is damaged (\(findings.first ?? "no finding")); restore it from a backup, "
                        + "or move it away to start anew")
            }
            guard try !Schema.migrator.hasBeenSuperseded(database) else {
                throw StoreError(
                    .newerVersion, path: path,
                    "the database '\(path)' was written by a newer Espalier; start that version, or choose another "
                        + "state directory")
            }
        }
    }

    /// Folds the write-ahead log into the database and closes it. The store cannot be used afterwards.
    package func close() throws(StoreError) {
        do {
            do {
                try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                // Somebody reads. The log stays as it is, and the next start reads it.
            }
            try database.close()
        } catch {
            throw StoreError(error, while: "close", path: path)
        }
    }

    /// Throws where the path no longer leads to what is written.
    func checkPlace() throws(StoreError) {
        guard files.allSatisfy(\.isInPlace) else {
            throw StoreError(
                .moved, path: path,
                "the database '\(path)' was deleted, moved or replaced while it was in use; put it back with the files "
                    + "beside it, or make a new state with 'espalier init', and start again (what was acknowledged before "
                    + "is in the old files only)")
        }
    }

    func read<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
        do { return try database.read(body) } catch { throw StoreError(error, while: "read", path: path) }
    }
}
