internal import GRDB

/// Why the store could not be opened, read or written.
///
/// Nothing of a failed commit is kept: the transaction is rolled back as a whole.
package struct StoreError: Error, CustomStringConvertible, Sendable {
    /// What kind of failure it is, for callers that treat some of them apart.
    package struct Code: Hashable, Sendable {
        private let name: String
        package static let readOnly = Code(name: "read-only")
        package static let cannotOpen = Code(name: "cannot-open")
        package static let networkFileSystem = Code(name: "network-file-system")
        /// The file is not a database, or its integrity check fails.
        package static let corrupt = Code(name: "corrupt")
        /// Written by a newer Espalier.
        package static let newerVersion = Code(name: "newer-version")
        package static let full = Code(name: "full")
        /// The database's path leads elsewhere than when it was opened.
        package static let moved = Code(name: "moved")
        package static let busy = Code(name: "busy")
        /// A record contradicts what is stored: a second result of one stage, a fencing number that was not raised.
        package static let contradiction = Code(name: "contradiction")
        package static let failed = Code(name: "failed")
    }

    package let code: Code
    package let path: String
    /// One sentence with the place and the remedy.
    package let message: String
    package var description: String { message }

    init(_ code: Code, path: String, _ message: String) {
        self.code = code
        self.path = path
        self.message = message
    }

    /// Translates what SQLite reports while doing `operation` ("commit", "open", ...).
    init(_ error: any Error, while operation: String, path: String) {
        if let error = error as? StoreError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self.init(
                .corrupt, path: path,
                "the database '\(path)' holds a value that Espalier never writes; restore it from a backup, or move it away "
                    + "to start anew")
            return
        }
        switch error.resultCode {
        case .SQLITE_FULL:
            self.init(
                .full, path: path,
                "cannot \(operation) the database '\(path)': the disk is full; make room and start the coordinator again "
                    + "(nothing acknowledged is lost)")
        case .SQLITE_READONLY, .SQLITE_PERM:
            self.init(
                .readOnly, path: path,
                "cannot \(operation) the database '\(path)': it or its directory is not writable; correct the permissions "
                    + "or choose another state directory")
        case .SQLITE_CANTOPEN:
            self.init(
                .cannotOpen, path: path,
                "cannot open the database '\(path)': the directory does not exist or is not writable")
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            self.init(
                .corrupt, path: path,
                "the database '\(path)' is damaged (\(error.message ?? "not a database")); restore it from a backup, or "
                    + "move it away to start anew")
        case .SQLITE_IOERR:
            self.init(
                .failed, path: path,
                "cannot \(operation) the database '\(path)': \(error.message ?? "input/output error"); make room on that "
                    + "disk, or look at its health, and start again")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(
                .busy, path: path,
                "cannot \(operation) the database '\(path)': another program holds it; close that program and start again"
            )
        case .SQLITE_CONSTRAINT:
            self.init(
                .contradiction, path: path,
                "cannot \(operation) the database '\(path)': a record contradicts what is stored "
                    + "(\(error.message ?? "constraint failed")); please report this with the coordinator's log")
        default:
            self.init(
                .failed, path: path,
                "cannot \(operation) the database '\(path)': \(error.message ?? "error \(error.resultCode.rawValue)")")
        }
    }
}
