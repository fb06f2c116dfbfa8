internal import Files
internal import Foundation
internal import Sweep

/// A worker's own directory: what it must not lose when it is killed, and what it need not fetch twice.
///
///     results/     finished stages nobody acknowledged yet
///     artifacts/   the cache of checkpoints, by content
///     stages/      one folder per stage: the engine writes there, and finds its resume checkpoint there
///     engines/     one file per running engine, so that a killed worker's engines are not left behind
///     lock         held while a worker uses the directory
final class SpoolDirectory: Sendable {
    let path: String
    private let lock: FileLock
    private let folders: [FileIdentity]

    var results: String { "\(path)/results" }
    var artifacts: String { "\(path)/artifacts" }
    var engines: String { "\(path)/engines" }
    func work(of stage: StageKey) -> String { "\(path)/stages/\(stage.hex)" }

    /// Makes what is missing and takes the lock.
    init(path: String) throws(WorkerError) {
        self.path = path
        let folders = ["", "/results", "/artifacts", "/stages", "/engines"].map { path + $0 }
        for folder in folders {
            do throws(FileError) {
                try WholeFile.makeDirectory(folder, mode: 0o700)
            } catch {
                throw Self.unusable(error)
            }
        }
        self.folders = folders.compactMap(FileIdentity.init)
        do throws(FileLock.Failure) {
            lock = try FileLock("\(path)/lock")
        } catch {
            switch error {
            case .file(let error): throw Self.unusable(error)
            case .held(let holder):
                throw WorkerError(
                    .spoolInUse,
                    "the spool directory \(path) is used by another worker (\(holder)); stop that one, or name "
                        + "another directory with --spool")
            }
        }
    }

    /// Lets another worker have the directory.
    func release() { lock.release() }

    /// Throws where the directory or one of its folders has been deleted, moved or replaced: every stage would fail for want
    /// of a place to write, on this worker and for ever.
    func checkPlace() throws(WorkerError) {
        guard folders.allSatisfy(\.isInPlace) else {
            throw WorkerError(
                .spool,
                "the spool directory \(path) was deleted, moved or replaced while the worker used it; start the worker again, "
                    + "with --spool on a disk that is not cleared while it runs")
        }
    }

    /// The engine's directory for a stage, with what an earlier attempt left in it.
    func makeWork(of stage: StageKey) throws(FileError) -> String {
        let directory = work(of: stage)
        var status = stat()
        if lstat(directory, &status) == 0, status.st_mode & S_IFMT != S_IFDIR {
            // An engine put a file or a link in its place.
            try WholeFile.remove(directory)
        }
        try WholeFile.makeDirectory(directory, mode: 0o700)
        return directory
    }

    func removeWork(of stage: StageKey) {
        // What cannot be removed costs space and nothing else; the next start looks again.
        try? FileManager.default.removeItem(atPath: work(of: stage))
    }

    /// Removes the work of stages nobody has touched for a while: revoked elsewhere, or done by another worker.
    func removeStaleWork(olderThan age: TimeInterval = 14 * 86_400) {
        let manager = FileManager.default
        for name in (try? manager.contentsOfDirectory(atPath: "\(path)/stages")) ?? [] {
            let folder = "\(path)/stages/\(name)"
            guard let attributes = try? manager.attributesOfItem(atPath: folder),
                let changed = attributes[.modificationDate] as? Date, Date().timeIntervalSince(changed) > age
            else { continue }
            try? manager.removeItem(atPath: folder)
        }
    }

    private static func unusable(_ error: FileError) -> WorkerError {
        WorkerError(.spool, "the spool directory (--spool) cannot be used: \(error)")
    }
}
