internal import Foundation
internal import GRDB

extension Store {
    /// The database as it is now, copied into memory: for readers, who must neither disturb nor need a coordinator.
    ///
    /// Takes no lock that a coordinator would wait for, and writes nothing, so that a directory that may only be read
    /// will do. A database that does not exist yet is an empty one; one of an older version is brought up to date in
    /// memory.
    package convenience init(snapshotOf path: String) throws(StoreError) {
        do {
            let snapshot = try DatabaseQueue()
            if access(path, F_OK) == 0 { try Self.copy(path, to: snapshot) }
            try Self.check(snapshot, path: path)
            try Schema.migrator.migrate(snapshot)
            self.init(snapshot, path: path)
        } catch {
            throw StoreError(error, while: "read", path: path)
        }
    }

    /// With a write-ahead log SQLite reads both, together with the index beside it, which is not made where it is
    /// missing. Without a log the file is all there is; SQLite would make an empty log before it reads, so it is told that
    /// nobody writes, and whether that held shows afterwards.
    private static func copy(_ path: String, to snapshot: DatabaseQueue) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        let name = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
        for _ in 0..<50 {
            let before = Stamp(path)
            let copied = Result {
                let source = try DatabaseQueue(
                    path: "file:\(name)?\(before.hasLog ? "readonly_shm" : "immutable")=1", configuration: configuration
                )
                try source.backup(to: snapshot)
                try source.close()
            }
            let wasLeftAlone = Stamp(path) == before
            switch copied {
            case .success where before.hasLog || wasLeftAlone: return
            case .failure(let error as DatabaseError)
            where wasLeftAlone && before.hasLog && error.resultCode == .SQLITE_CANTOPEN:
                throw StoreError(
                    .cannotOpen, path: path,
                    "the write-ahead log of the database '\(path)' cannot be read without '\(path)-shm': copy that file "
                        + "too, or start a coordinator on the state directory once")
            case .failure(let error) where wasLeftAlone: throw error
            case .success, .failure: continue
            }
        }
        throw StoreError(
            .busy, path: path, "the database '\(path)' changes faster than it can be read; try again in a moment")
    }

    /// Tells whether a database without a log was written to meanwhile.
    private struct Stamp: Equatable {
        let hasLog: Bool
        let size: Int
        let seconds: Int
        let nanoseconds: Int

        init(_ path: String) {
            var log = stat()
            hasLog = stat("\(path)-wal", &log) == 0 && log.st_size > 0
            var file = stat()
            stat(path, &file)
            (size, seconds, nanoseconds) = (Int(file.st_size), file.st_mtim.tv_sec, file.st_mtim.tv_nsec)
        }
    }
}
