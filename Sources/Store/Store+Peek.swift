internal import GRDB

extension Store {
    /// The ids of the latest sweeps in a database that another process may be writing, the last one first; empty where it
    /// cannot be read. Changes nothing.
    package static func sweepIDs(inDatabaseAt path: String, limit: Int) -> [String] {
        let ids = try? reading(path) { database in
            try database.read {
                try String.fetchAll(
                    $0, sql: "SELECT id FROM sweep ORDER BY submitted_at DESC LIMIT ?", arguments: [limit])
            }
        }
        return ids ?? []
    }
}
