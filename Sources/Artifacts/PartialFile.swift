internal import Crypto
internal import Glibc

/// An artifact on its way in: always a prefix of the whole, hashed as it grows.
///
/// Locked, so that two processes never write one; an interrupted one goes on where it stopped, at the price of reading
/// the prefix once.
final class PartialFile {
    /// Bytes between two fsyncs: one at the end of a large file would hold the loop up for long.
    private static let synchronisedEvery: UInt64 = 64 << 20

    /// Bytes here so far.
    private(set) var received: UInt64
    let size: UInt64
    /// Whether an earlier process wrote its beginning: a power cut may have left that damaged.
    let isResumed: Bool
    private let file: OpenFile
    private var hasher: SHA256
    private var synchronised: UInt64

    init(path: String, size: UInt64) throws(ArtifactError) {
        file = try OpenFile(path, O_RDWR | O_CREAT)
        self.size = size
        guard file.lock() else {
            throw ArtifactError(
                code: .busy, path: path, message: "another process is receiving this artifact; wait for it")
        }
        if try file.size > size { try file.empty() }
        var hasher = SHA256()
        var count: UInt64 = 0
        try file.forEachBlock { bytes throws(ArtifactError) in
            hasher.update(data: bytes)
            count += UInt64(bytes.count)
        }
        self.hasher = hasher
        received = count
        synchronised = count
        isResumed = count > 0
    }

    var isComplete: Bool { received == size }

    func append(_ bytes: [UInt8]) throws(ArtifactError) {
        try file.write(bytes, at: received)
        hasher.update(data: bytes)
        received += UInt64(bytes.count)
        if received - synchronised >= Self.synchronisedEvery {
            try file.synchronise()
            synchronised = received
        }
    }

    /// Moves the complete file into the store; one with other content than promised is deleted.
    func finish(as digest: ArtifactDigest, in store: ArtifactStore) throws(ArtifactError) {
        do throws(ArtifactError) {
            guard ArtifactDigest(hasher.finalize()) == digest else {
                throw ArtifactError(
                    code: .corrupt, path: "artifact \(digest)",
                    message: "what arrived is not the promised content: it was damaged on the way or at its source; "
                        + "send it again")
            }
            try file.synchronise()
            try store.adopt(file.path, as: digest)
        } catch {
            discard()
            throw error
        }
    }

    /// Deletes the file.
    func discard() {
        unlink(file.path)
    }
}
