internal import Foundation

/// A report that could not be written.
package struct ReportError: Error, CustomStringConvertible, Sendable {
    /// "write", "replace", "create", "read".
    package let operation: String
    package let path: String
    /// `errno`, or 0 where the system named none.
    package let code: Int32
    /// What was wrong when it was not the system that said so.
    package let detail: String

    init(_ operation: String, _ url: URL, _ code: Int32, detail: String = "") {
        self.operation = operation
        path = url.path
        self.code = code
        self.detail = detail
    }

    package var description: String {
        let reason = code == 0 ? detail : String(cString: strerror(code))
        return "cannot \(operation) '\(path)': \(reason); \(remedy)"
    }

    private var remedy: String {
        if operation == "read" { return "reinstall Espalier, keeping its resource folders beside the executable" }
        return switch code {
        case ENOSPC, EDQUOT: "free some space or name another directory"
        case EACCES, EPERM, EROFS: "name a directory you may write to"
        case ENOTDIR, EEXIST: "name a path where no file is in the way"
        default: "name another directory"
        }
    }
}
