internal import Files
internal import Foundation
internal import Glibc

/// All a node needs to take part, in one file: who it is, its key pair and the coordinator's public key.
///
/// JSON, readable by its owner alone. Prints without the secret.
package struct KeyFile: Codable, Sendable, Equatable, CustomStringConvertible {
    /// What the key's owner may do.
    package enum Role: String, Codable, Sendable, CaseIterable {
        case coordinator
        /// Runs stages.
        case worker
        /// Submits and cancels sweeps, and sees everything.
        case `operator`
        /// Sees everything, changes nothing.
        case viewer
    }

    package var role: Role
    /// The name the coordinator knows the key by.
    package var name: String
    /// Z85, 40 characters.
    package var publicKey: String
    /// Z85, 40 characters.
    package var secretKey: String
    /// Z85 public key of the coordinator; its own for the role `coordinator`.
    package var coordinatorKey: String

    package init(role: Role, name: String, publicKey: String, secretKey: String, coordinatorKey: String) {
        self.role = role
        self.name = name
        self.publicKey = publicKey
        self.secretKey = secretKey
        self.coordinatorKey = coordinatorKey
    }

    /// A file for a new key pair; without a coordinator's key it is the coordinator's own.
    package init(role: Role, name: String, keypair: CurveKeypair, coordinator: CurveKey? = nil) {
        self.init(
            role: role, name: name, publicKey: keypair.publicKey.z85, secretKey: keypair.secretKey.z85,
            coordinatorKey: (coordinator ?? keypair.publicKey).z85)
    }

    package var description: String { "KeyFile(\(role.rawValue) '\(name)', \(publicKey))" }

    /// The pair, derived from the secret key; throws where the public key written beside it is another's.
    package var keypair: CurveKeypair {
        get throws(ZeroMQError) {
            guard let secret = CurveKey(z85: secretKey) else { throw Self.malformed("secretKey") }
            let keypair = try CurveKeypair(secretKey: secret)
            guard keypair.publicKey.z85 == publicKey else { throw Self.malformed("publicKey") }
            return keypair
        }
    }

    /// The coordinator's public key.
    package var coordinator: CurveKey {
        get throws(ZeroMQError) {
            guard let key = CurveKey(z85: coordinatorKey) else { throw Self.malformed("coordinatorKey") }
            return key
        }
    }

    private static func malformed(_ field: String) -> ZeroMQError {
        ZeroMQError(
            .invalidKey, operation: "use a key file",
            message: "its '\(field)' is not the key it should be; make a new one with 'espalier keys add'")
    }
}

// MARK: - Disk

/// A key file that cannot be used or written.
package struct KeyFileError: Error, Hashable, CustomStringConvertible {
    /// What kind of failure it is, for callers that treat some of them apart.
    package struct Code: Hashable, Sendable {
        private let name: String
        package static let missing = Code(name: "missing")
        package static let unreadable = Code(name: "unreadable")
        package static let symbolicLink = Code(name: "symbolic link")
        package static let notRegular = Code(name: "not regular")
        package static let otherOwner = Code(name: "other owner")
        package static let exposed = Code(name: "exposed")
        package static let malformed = Code(name: "malformed")
        package static let exists = Code(name: "exists")
        package static let unwritable = Code(name: "unwritable")
    }

    package let code: Code
    package let path: String
    /// What is wrong and what to do.
    package let message: String

    package var description: String { "key file \(path): \(message)" }
}

extension KeyFile {
    /// Key files are a few hundred bytes.
    private static let maximumSize = 1 << 16

    /// Reads a file; refuses one that others could have read or put there, and keys that do not fit together.
    package static func load(_ path: String) throws(KeyFileError) -> KeyFile {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw openError(errno, path) }
        defer { Glibc.close(descriptor) }
        try checkAccess(descriptor, path)
        var bytes = [UInt8](repeating: 0, count: maximumSize)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0 else {
            throw KeyFileError(code: .unreadable, path: path, message: "cannot be read: \(reason(errno))")
        }
        guard let file = try? JSONDecoder().decode(KeyFile.self, from: Data(bytes.prefix(count))) else {
            throw KeyFileError(
                code: .malformed, path: path,
                message: "is not a complete key file; copy it again from the head node, or make a new one with "
                    + "'espalier keys add'")
        }
        do {
            _ = try (file.keypair, file.coordinator)
        } catch {
            throw KeyFileError(code: .malformed, path: path, message: error.message)
        }
        return file
    }

    /// Writes the file whole, with mode 0600, or not at all; refuses to replace another.
    package func write(to path: String) throws(KeyFileError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let json = try? encoder.encode(self) else {
            throw KeyFileError(code: .malformed, path: path, message: "its name cannot be written as JSON; change it")
        }
        do throws(FileError) {
            var draft = try FileDraft(of: path, mode: 0o600)
            try draft.append(json + [0x0A])
            try draft.commit(replacing: false)
        } catch {
            throw Self.writeError(error.number, path)
        }
    }

    private static func checkAccess(_ descriptor: Int32, _ path: String) throws(KeyFileError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw KeyFileError(code: .unreadable, path: path, message: "cannot be examined: \(reason(errno))")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw KeyFileError(code: .notRegular, path: path, message: "is not a file; name the key file itself")
        }
        guard status.st_uid == geteuid() else {
            throw KeyFileError(
                code: .otherOwner, path: path,
                message: "belongs to another user; copy it to a file of your own, or run as its owner")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw KeyFileError(
                code: .exposed, path: path, message: "is open to other users; run 'chmod 600' on it and renew the key")
        }
    }

    private static func openError(_ number: Int32, _ path: String) -> KeyFileError {
        switch number {
        case ENOENT:
            KeyFileError(
                code: .missing, path: path,
                message: "does not exist; 'espalier init' and 'espalier keys add' on the head node make key files")
        case ELOOP:
            KeyFileError(code: .symbolicLink, path: path, message: "is a symbolic link; name the file it points to")
        default:
            KeyFileError(
                code: .unreadable, path: path,
                message: "cannot be opened: \(reason(number)); run as the user it belongs to")
        }
    }

    private static func writeError(_ number: Int32, _ path: String) -> KeyFileError {
        if number == EEXIST {
            return KeyFileError(
                code: .exists, path: path, message: "exists and is not overwritten; remove it or choose another name")
        }
        return KeyFileError(
            code: .unwritable, path: path,
            message: "cannot be written: \(reason(number)); choose a directory of your own with free space")
    }

    private static func reason(_ number: Int32) -> String { String(cString: strerror(number)) }
}
