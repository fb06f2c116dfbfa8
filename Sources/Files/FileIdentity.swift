internal import Foundation

/// Which file or directory a path led to, to notice that it has been deleted, moved or replaced since.
package struct FileIdentity: Equatable, Sendable {
    private let path: String
    private let device: UInt64
    private let inode: UInt64

    /// nil where the path leads to nothing.
    package init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        (self.path, device, inode) = (path, UInt64(status.st_dev), UInt64(status.st_ino))
    }

    package var isInPlace: Bool { FileIdentity(path) == self }
}
