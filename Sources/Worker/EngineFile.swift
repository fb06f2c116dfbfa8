internal import Artifacts
internal import Foundation
internal import Scheduling
internal import Sweep
internal import Wire

/// A file that an engine reported: a regular one of its own, inside the directory the stage was given.
///
/// Anything else may be the user's, the cache's or no file at all, and stays untouched; that it was named is the engine's
/// fault, not the disk's.
struct EngineFile {
    /// Without symbolic links.
    let path: String
    private let role: String
    private let workDirectory: String
    private let claimed: (sha256: String, size: UInt64)
    /// Another name of the same file would see every change made through this one.
    private let hasOtherNames: Bool

    init(_ artifact: WireArtifact, role: String, in job: EngineJob) throws(EngineReport.Failed) {
        let status = try Self.status(of: artifact.path, in: job.workDirectory)
        path = status.path
        hasOtherNames = status.links > 1
        self.role = role
        workDirectory = job.workDirectory
        claimed = (artifact.sha256, artifact.size)
    }

    /// Takes the file into the cache.
    ///
    /// - Parameter moving: Whether the stage's directory loses it.
    func kept(in cache: ArtifactStore, moving: Bool) throws(EngineReport.Failed) -> ArtifactReference {
        let reference: ArtifactReference
        do {
            reference = try cache.insert(fileAt: path, role: role, moving: moving && !hasOtherNames)
        } catch {
            // An engine that takes its file away again is at fault, too; with the file in place it is the disk.
            _ = try Self.status(of: path, in: workDirectory)
            throw EngineReport.Failed(.storage, error.description)
        }
        guard claimed.sha256.isEmpty || claimed.sha256 == reference.sha256 else {
            throw Self.refused(
                path,
                "is not what the engine said: its SHA-256 is \(reference.sha256.prefix(12)), not "
                    + "\(claimed.sha256.prefix(12))", "check the disk and the engine")
        }
        guard claimed.size == 0 || claimed.size == reference.size else {
            throw Self.refused(
                path, "has \(reference.size) bytes, not \(claimed.size) as the engine said",
                "check the disk and the engine")
        }
        return reference
    }

    /// Whether so little room is left that an engine's complaint about the disk is to be believed.
    static func isDiskShort(at directory: String) -> Bool {
        var status = statvfs()
        guard statvfs(directory, &status) == 0, access(directory, W_OK) == 0 else { return true }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) < 1 << 30
            || status.f_favail < 1024 && status.f_files > 0
    }

    // MARK: - Private

    private static func status(
        of path: String, in directory: String
    ) throws(EngineReport.Failed) -> (path: String, links: UInt64) {
        let remedy = "write artifacts as files into the stage's workDirectory"
        guard path.hasPrefix("/") else { throw refused(path, "is not an absolute path", remedy) }
        guard !path.utf8.contains(0), !path.split(separator: "/").contains("..") else {
            throw refused(path, "is not a plain path: it holds '..' or a zero byte", remedy)
        }
        var status = stat()
        guard lstat(path, &status) == 0 else {
            throw refused(path, "cannot be opened: \(String(cString: strerror(errno)))", remedy)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFLNK: throw refused(path, "is a symbolic link", remedy)
        case S_IFDIR: throw refused(path, "is a directory", remedy)
        default: throw refused(path, "is not a regular file", remedy)
        }
        // The directory itself may have been replaced by a link, too: only the way to it may hold one.
        let own = URL(fileURLWithPath: directory)
        guard let real = realPath(path), let stages = realPath(own.deletingLastPathComponent().path),
            real.hasPrefix("\(stages)/\(own.lastPathComponent)/")
        else { throw refused(path, "lies outside of \(directory)", remedy) }
        guard access(real, R_OK) == 0 else {
            throw refused(path, "cannot be read: \(String(cString: strerror(errno)))", remedy)
        }
        return (real, UInt64(status.st_nlink))
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func refused(_ path: String, _ reason: String, _ remedy: String) -> EngineReport.Failed {
        let path = path.isEmpty ? "without a path" : Check.plain(path, 1024)
        return EngineReport.Failed(.engineCrash, "the engine named a file that \(reason): \(path); \(remedy)")
    }
}
