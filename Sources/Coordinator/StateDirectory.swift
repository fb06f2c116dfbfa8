internal import Files
internal import Foundation
internal import Store
internal import ZeroMQ

/// Where a coordinator keeps everything it must not lose, on a local disk and readable by its user alone.
///
/// | name | holds |
/// |---|---|
/// | `coordinator.key` | the coordinator's key pair |
/// | `operator.key` | the first operator's key file |
/// | `keys.json` | the keys that may connect: ``KeyRing`` |
/// | `keys/` | the key files made here for other nodes |
/// | `espalier.sqlite` | sweeps, stages, results |
/// | `artifacts/` | checkpoints by content |
/// | `lock` | held while a coordinator runs; its process id |
/// | `endpoint.json` | where the running coordinator listens: how commands on this machine find it |
package struct StateDirectory: Hashable, Sendable {
    package let path: String

    package var coordinatorKey: String { path + "/coordinator.key" }
    package var operatorKey: String { path + "/operator.key" }
    package var keyList: String { path + "/keys.json" }
    package var database: String { path + "/espalier.sqlite" }
    package var artifacts: String { path + "/artifacts" }
    /// Where the key file of a node is written unless told otherwise.
    package func keyFile(of name: String) -> String { path + "/keys/\(name).key" }
    var lockFile: String { path + "/lock" }
    var endpointFile: String { path + "/endpoint.json" }

    private init(path: String) { self.path = path }

    /// Absolute and without a trailing slash, so that the directory above it can be named.
    private static func normal(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

    /// An initialised directory that may be written to; refuses any other with the remedy.
    package static func open(_ path: String) throws(CoordinatorError) -> StateDirectory {
        let directory = try openForReading(path)
        let path = directory.path
        guard access(path, W_OK | X_OK) == 0 else {
            if errno == EROFS {
                throw CoordinatorError(
                    .unwritable,
                    "the state directory '\(path)' is on a read-only file system; make that writable or choose another "
                        + "directory")
            }
            throw CoordinatorError(
                .unwritable,
                "the state directory '\(path)' is not writable by this user; correct its permissions or run as its owner"
            )
        }
        return directory
    }

    /// Opens an initialised state directory; no permission to write is needed. Throws where it was never initialised.
    package static func openForReading(_ path: String) throws(CoordinatorError) -> StateDirectory {
        let path = normal(path)
        let directory = StateDirectory(path: path)
        guard access(directory.coordinatorKey, F_OK) == 0 else {
            if errno == EACCES {
                throw CoordinatorError(
                    .unreadable,
                    "the state directory '\(path)' is not readable by this user; correct its permissions or run as its owner"
                )
            }
            throw CoordinatorError(
                .notInitialised,
                "'\(path)' is not a state directory; name the one that the sweep ran on with --state DIR, or make one with "
                    + "'espalier init --state \(path)'")
        }
        return directory
    }

    /// `espalier init`: makes the directory with the coordinator's key and one operator's key, whole or not at all.
    ///
    /// A directory that exists and is not empty is refused and not touched.
    package static func create(at path: String) throws -> StateDirectory {
        let path = normal(path)
        if let content = try? FileManager.default.contentsOfDirectory(atPath: path), !content.isEmpty {
            let isState = content.contains("coordinator.key")
            throw CoordinatorError(
                .exists,
                isState
                    ? "'\(path)' is initialised already; its keys are kept. Choose another directory for a new coordinator"
                    : "'\(path)' is not empty; choose a directory that does not exist yet")
        }
        let draft = StateDirectory(path: path + ".new-\(getpid())")
        do {
            do {
                try draft.fill()
            } catch let error as FileError where error.path == draft.path {
                // The user asked for another name.
                throw FileError(error.operation, path, number: error.number)
            }
            guard rename(draft.path, path) == 0 else { throw FileError("create", path) }
        } catch {
            try? FileManager.default.removeItem(atPath: draft.path)
            throw error
        }
        try WholeFile.synchronize(directoryOf: path)
        return try open(path)
    }

    private func fill() throws {
        for folder in [path, path + "/keys", artifacts] { try WholeFile.makeDirectory(folder, mode: 0o700) }
        try KeyFile(role: .coordinator, name: "coordinator", keypair: try .generate()).write(to: coordinatorKey)
        let ring = try KeyRing(creating: self)
        try ring.add("operator", role: .operator, writing: operatorKey)
    }
}

extension StateDirectory {
    /// The ids of the latest sweeps, the last one first, for completion: empty where there is no such directory.
    package static func sweeps(at path: String) -> [String] {
        Store.sweepIDs(inDatabaseAt: StateDirectory(path: normal(path)).database, limit: 100)
    }
}

// MARK: - The running coordinator

/// Where a coordinator can be reached from its own machine.
package struct Endpoints: Codable, Hashable, Sendable {
    package var control: String
    package var artifacts: String
    /// Of the coordinator's process.
    package var pid: Int32
}

extension StateDirectory {
    /// Where the coordinator of this directory listens; `nil` when none does.
    package var endpoints: Endpoints? {
        // A coordinator that was killed leaves the file behind.
        guard hasCoordinator, let data = FileManager.default.contents(atPath: endpointFile) else { return nil }
        return try? JSONDecoder().decode(Endpoints.self, from: data)
    }

    func publish(_ endpoints: Endpoints) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        try WholeFile.write(try encoder.encode(endpoints), to: endpointFile, mode: 0o600)
    }

    func withdrawEndpoints() { unlink(endpointFile) }
}
