internal import Foundation

/// Files that are written whole or not at all.
enum WholeFile {
    /// Writes a temporary beside the file, makes it durable and renames it.
    static func write(_ data: Data, to path: String, mode: mode_t = 0o600) throws(CoordinatorError) {
        let temporary = path + ".new-\(getpid())"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw failure(path) }
        let isWritten = data.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return fsync(descriptor) == 0
        }
        guard isWritten, rename(temporary, path) == 0 else {
            let error = failure(path)
            close(descriptor)
            unlink(temporary)
            throw error
        }
        close(descriptor)
        try syncDirectory(of: path)
    }

    /// Makes the names in the directory that holds `path` durable.
    static func syncDirectory(of path: String) throws(CoordinatorError) {
        let descriptor = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path) }
    }

    /// What `errno` says about writing `path`.
    static func failure(_ path: String) -> CoordinatorError {
        CoordinatorError(
            .unwritable,
            "cannot write '\(path)': \(String(cString: strerror(errno))); correct the permissions, make room, or choose "
                + "another directory")
    }
}
