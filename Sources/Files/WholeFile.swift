package import Foundation

/// Files that are there completely or not at all, also after a power cut: a temporary beside the file, fsync, rename,
/// fsync of the directory (rename(2), fsync(2)).
package enum WholeFile {
    /// Replaces the file at `path`; a reader sees the old content or the new one.
    ///
    /// - Parameter mode: of the new file, before the umask.
    package static func write(_ data: Data, to path: String, mode: mode_t = 0o644) throws(FileError) {
        var draft = try FileDraft(of: path, mode: mode)
        try draft.append(data)
        try draft.commit()
    }

    /// Removes a file for good; a file that is not there is no failure.
    package static func remove(_ path: String) throws(FileError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw FileError("remove", path) }
        try synchronize(directoryOf: path)
    }

    /// Makes the names in the directory that holds `path` durable.
    package static func synchronize(directoryOf path: String) throws(FileError) {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("synchronise", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError("synchronise", directory) }
    }

    /// Makes a directory and its parents where they are missing.
    ///
    /// - Parameter mode: of the directory itself, before the umask; its parents get 0755.
    package static func makeDirectory(_ path: String, mode: mode_t = 0o755) throws(FileError) {
        if mkdir(path, mode) == 0 { return }
        switch errno {
        case EEXIST:
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw FileError("create", path, number: ENOTDIR)
            }
        case ENOENT:
            try makeDirectory(URL(fileURLWithPath: path).deletingLastPathComponent().path)
            guard mkdir(path, mode) == 0 || errno == EEXIST else { throw FileError("create", path) }
        default:
            throw FileError("create", path)
        }
    }
}
