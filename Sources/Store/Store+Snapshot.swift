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
            if access(path, F_OK) == 0 { try Self.reading(path) { try $0.backup(to: snapshot) } }
            try Self.check(snapshot, path: path)
            try Schema.migrator.migrate(snapshot)
            self.init(snapshot, path: path)
        } catch {
            throw StoreError(error, while: "read", path: path)
        }
    }
}
