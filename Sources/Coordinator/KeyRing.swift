internal import Files
package import Foundation
internal import Synchronization
package import ZeroMQ

/// A key that may connect, or might once.
package struct AuthorisedKey: Codable, Hashable, Sendable {
    package var name: String
    package var role: KeyFile.Role
    /// Z85, 40 characters.
    package var publicKey: String
    package var created: Date
    package var revoked: Date?
}

/// The keys a coordinator knows: `keys.json` of its state directory.
///
/// The command line adds and revokes while the coordinator runs; it looks at the file's status before it reads any
/// message, so that a revocation holds from the next message on. Thread-safe.
package final class KeyRing: Sendable {
    private struct State {
        var keys: [AuthorisedKey] = []
        var byKey: [String: AuthorisedKey] = [:]
        var version: Version?
        var generation = 0
    }

    /// Tells whether the file changed: every change renames a new file into place.
    private struct Version: Equatable {
        var inode: UInt64
        var seconds: Int
        var nanoseconds: Int
    }

    private let directory: StateDirectory
    private let state = Mutex(State())

    /// Reads the list of an initialised directory.
    package init(_ directory: StateDirectory) throws(CoordinatorError) {
        self.directory = directory
        try refresh()
    }

    /// An empty list in a new directory.
    init(creating directory: StateDirectory) throws {
        self.directory = directory
        try write([])
    }

    /// All keys, in the order they were made.
    package var keys: [AuthorisedKey] { state.withLock(\.keys) }

    /// The key with this Z85 public key, which is also the user id of its connections; `nil` when it is unknown or
    /// revoked.
    func holder(of publicKey: String) -> AuthorisedKey? {
        state.withLock { $0.byKey[publicKey].flatMap { $0.revoked == nil ? $0 : nil } }
    }

    /// Decides about a new connection, by the list as it is on the disk now: a client that is refused once does not try
    /// again. The user id of an admitted connection is its public key, under which each message's sender is looked up.
    func admit(_ key: CurveKey) -> ZAPDecision {
        // A list that cannot be read is the loop's to complain about; the keys known before stay in force.
        try? refresh()
        return holder(of: key.z85) == nil ? .deny(reason: "unknown key") : .allow(userID: key.z85)
    }

    /// The key, revoked or not.
    func known(_ publicKey: String) -> AuthorisedKey? { state.withLock { $0.byKey[publicKey] } }

    /// Rises whenever the list was read anew.
    var generation: Int { state.withLock(\.generation) }

    /// Reads the list again if it changed. On an error the keys known before stay in force.
    func refresh() throws(CoordinatorError) {
        let version = try version()
        guard state.withLock({ $0.version != version }) else { return }
        let keys = try read()
        state.withLock {
            $0.keys = keys
            $0.byKey = Dictionary(keys.map { ($0.publicKey, $0) }, uniquingKeysWith: { $1 })
            $0.version = version
            $0.generation += 1
        }
    }

    // MARK: - Changes

    /// Makes a key pair, writes the node's key file (0600) and authorises it.
    ///
    /// - Parameter path: Where the key file goes; by default `keys/NAME.key` of the state directory.
    /// - Returns: The key file's path.
    @discardableResult
    package func add(_ name: String, role: KeyFile.Role, writing path: String? = nil) throws -> String {
        try Self.check(name)
        let coordinator = try KeyFile.load(directory.coordinatorKey).keypair.publicKey
        let path = path ?? directory.keyFile(of: name)
        try change { keys in
            guard !keys.contains(where: { $0.name == name && $0.revoked == nil }) else {
                throw CoordinatorError(
                    .nameTaken,
                    "there is a key named '\(name)' already; revoke it first with 'espalier keys revoke \(name)', or "
                        + "choose another name")
            }
            let keypair = try CurveKeypair.generate()
            // The file first: a key that is authorised but lost would have to be revoked.
            try KeyFile(role: role, name: name, keypair: keypair, coordinator: coordinator).write(to: path)
            keys.append(
                AuthorisedKey(name: name, role: role, publicKey: keypair.publicKey.z85, created: Date(), revoked: nil))
        }
        return path
    }

    /// Ends a key's right to connect; messages on open connections are refused from now on.
    package func revoke(_ name: String) throws {
        try change { keys in
            guard let index = keys.lastIndex(where: { $0.name == name }) else {
                let known = keys.filter { $0.revoked == nil }.map(\.name).joined(separator: ", ")
                throw CoordinatorError(.unknownName, "there is no key named '\(name)'; the keys are: \(known)")
            }
            guard keys[index].revoked == nil else {
                throw CoordinatorError(.unknownName, "the key '\(name)' is revoked already")
            }
            keys[index].revoked = Date()
        }
    }

    /// Names appear in file names, logs and reports.
    package static func check(_ name: String) throws(CoordinatorError) {
        let allowed = name.utf8.allSatisfy {
            (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || [0x2e, 0x5f, 0x2d].contains($0)
        }
        guard allowed, (1...64).contains(name.utf8.count), !name.hasPrefix(".") else {
            throw CoordinatorError(
                .invalidName,
                "'\(name)' cannot be a key's name; use 1 to 64 of a-z, 0-9, '.', '_' and '-', not starting with '.'")
        }
    }

    // MARK: - Disk

    /// Two commands at once change one after the other: the directory itself is locked meanwhile.
    private func change(_ body: (inout [AuthorisedKey]) throws -> Void) throws {
        let descriptor = open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("open", directory.path) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX) == 0 else { throw FileError("lock", directory.path) }
        var keys = try read()
        try body(&keys)
        try write(keys)
        try refresh()
    }

    private func version() throws(CoordinatorError) -> Version {
        var status = stat()
        guard stat(directory.keyList, &status) == 0 else { throw unreadable(String(cString: strerror(errno))) }
        return Version(
            inode: UInt64(status.st_ino), seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    }

    private func read() throws(CoordinatorError) -> [AuthorisedKey] {
        do {
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            let data = try Data(contentsOf: URL(fileURLWithPath: directory.keyList))
            return try decoder.decode([AuthorisedKey].self, from: data)
        } catch is DecodingError {
            throw CoordinatorError(
                .malformed,
                "'\(directory.keyList)' is not a list of keys; restore it from a backup, or correct what was edited")
        } catch {
            throw unreadable("it cannot be opened")
        }
    }

    private func write(_ keys: [AuthorisedKey]) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try WholeFile.write(try encoder.encode(keys), to: directory.keyList, mode: 0o600)
    }

    private func unreadable(_ reason: String) -> CoordinatorError {
        CoordinatorError(
            .unreadable,
            "cannot read '\(directory.keyList)': \(reason); restore it, or run as the user the state directory belongs to"
        )
    }
}
