internal import Foundation

/// What the operating system refused to do with a file, and what the user can do about it.
package struct FileError: Error, Hashable, CustomStringConvertible {
    /// "write", "replace", "remove", "synchronise", "create", ...
    package let operation: String
    package let path: String
    /// errno.
    package let number: Int32

    /// The failure of the system call just made: call it before anything else can change `errno`.
    package init(_ operation: String, _ path: String) {
        self.init(operation, path, number: errno)
    }

    package init(_ operation: String, _ path: String, number: Int32) {
        self.operation = operation
        self.path = path
        self.number = number
    }

    package var description: String {
        "cannot \(operation) '\(path)': \(reason); \(remedy)"
    }

    /// What the operating system said.
    package var reason: String { String(cString: strerror(number)) }

    private var remedy: String {
        switch number {
        case ENOSPC, EDQUOT: "free some space on that disk, or choose another directory"
        case EACCES, EPERM: "correct the permissions, or choose a directory this user may write to"
        case EROFS: "that file system is read-only: choose another directory"
        case ENOENT: "make the directory, or choose another"
        case EEXIST: "remove it, or choose another name"
        case ENOTDIR: "a file is in the way: choose another directory"
        case EISDIR: "that is a directory: choose another name"
        default: "look at that disk, or choose another directory"
        }
    }
}
