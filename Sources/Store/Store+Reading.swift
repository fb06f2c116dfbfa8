internal import Foundation
internal import GRDB

// For readers of a database that another process may be writing: they change nothing, not even the files beside it.
extension Store {
    /// Opens the database for `body`, and closes it.
    ///
    /// With a write-ahead log SQLite reads both, together with the index beside it, which is not made where it is
    /// missing. Without a log the file is all there is; SQLite would make an empty log before it reads, so it is told that
    /// nobody writes, and whether that held shows afterwards.
    ///
    /// - Parameter body: Done again where the database changed under it.
    static func reading<T>(_ path: String, _ body: (DatabaseQueue) throws -> T) throws -> T {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        let name = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
        for _ in 0..<50 {
            let before = Stamp(path)
            let result = Result {
                let source = try DatabaseQueue(
                    path: "file:\(name)?\(before.hasLog ? "readonly_shm" : "immutable")=1", configuration: configuration
                )
                let value = try body(source)
                try source.close()
                return value
            }
            let wasLeftAlone = Stamp(path) == before
            switch result {
            case .success(let value) where before.hasLog || wasLeftAlone: return value
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
