internal import Foundation

/// A report that could not be written.
package struct ReportError: Error, CustomStringConvertible, Sendable {
    /// "create", "write", "replace", "synchronise" or "read".
    package let operation: String
    package let path: String
    /// `errno`.
    package let code: Int32

    init(_ operation: String, _ url: URL, _ code: Int32) {
        self.operation = operation
        path = url.path
        self.code = code
    }

    package var description: String {
        "cannot \(operation) '\(path)': \(String(cString: strerror(code))); \(remedy)"
    }

    private var remedy: String {
        // Only the page's own resources are ever read.
        if operation == "read" { return "install Espalier with its resource folders beside the executable" }
        return switch code {
        case ENOSPC, EDQUOT: "free some space or name another directory"
        case EACCES, EPERM, EROFS: "name a directory you may write to"
        case ENOTDIR, EEXIST: "name a path where no file is in the way"
        default: "name another directory"
        }
    }
}
