internal import Glibc

/// An artifact or its storage that cannot be used.
package struct ArtifactError: Error, Hashable, CustomStringConvertible {
    /// What kind of failure it is, for callers that treat some of them apart.
    package struct Code: Hashable, Sendable {
        private let name: String
        package static let notFound = Code(name: "not found")
        /// The content is not what the digest says.
        package static let corrupt = Code(name: "corrupt")
        package static let diskFull = Code(name: "disk full")
        package static let readOnly = Code(name: "read-only")
        /// Another process is receiving the same artifact; it will be there soon.
        package static let busy = Code(name: "busy")
        /// Any other failure of the file system.
        package static let unusable = Code(name: "unusable")
    }

    package let code: Code
    /// The file or directory.
    package let path: String
    /// What is wrong and what to do.
    package let message: String

    package var description: String { "\(path): \(message)" }

    /// The error of the system call that has just failed; call it at once, before anything else sets `errno`.
    static func last(_ operation: String, _ path: String) -> ArtifactError {
        failed(operation, path, errno)
    }

    /// The error of an `errno`.
    static func failed(_ operation: String, _ path: String, _ number: Int32) -> ArtifactError {
        switch number {
        case ENOSPC, EDQUOT:
            return ArtifactError(
                code: .diskFull, path: path, message: "cannot \(operation): the disk is full; free some space on it")
        case EROFS, EACCES, EPERM:
            return ArtifactError(
                code: .readOnly, path: path,
                message: "cannot \(operation): no permission to write there; make it writable or choose another "
                    + "directory")
        case ENOENT:
            return ArtifactError(
                code: .notFound, path: path, message: "cannot \(operation): no such file; it may have been deleted")
        default:
            return ArtifactError(
                code: .unusable, path: path,
                message: "cannot \(operation): \(String(cString: strerror(number))); check the disk")
        }
    }
}
