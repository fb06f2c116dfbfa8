internal import Crypto
internal import Glibc

/// A file descriptor with typed errors that closes itself.
final class OpenFile {
    /// Bytes read at once when a whole file passes through.
    static let block = 1 << 20

    let path: String
    private let descriptor: Int32

    init(_ path: String, _ flags: Int32) throws(ArtifactError) {
        descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o644)
        self.path = path
        guard descriptor >= 0 else { throw .last("open the file", path) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    var size: UInt64 {
        get throws(ArtifactError) { UInt64(try status.st_size) }
    }

    private var status: stat {
        get throws(ArtifactError) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw .last("examine the file", path) }
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw ArtifactError(code: .unusable, path: path, message: "is not a regular file; name a file")
            }
            return status
        }
    }

    /// Up to `count` bytes; fewer only at the end of the file.
    func read(at offset: UInt64, count: Int) throws(ArtifactError) -> [UInt8] {
        var failure: ArtifactError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count, let base = buffer.baseAddress {
                let step = pread(descriptor, base + filled, count - filled, off_t(offset) + off_t(filled))
                if step < 0, errno == EINTR { continue }
                if step < 0 { failure = .last("read the file", path) }
                guard step > 0 else { return }
                filled += step
            }
        }
        if let failure { throw failure }
        return bytes
    }

    func write(_ bytes: [UInt8], at offset: UInt64) throws(ArtifactError) {
        var written = 0
        while written < bytes.count {
            let step = bytes.withUnsafeBytes { buffer in
                pwrite(
                    descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written,
                    off_t(offset) + off_t(written))
            }
            if step < 0, errno == EINTR { continue }
            guard step > 0 else { throw .last("write the file", path) }
            written += step
        }
    }

    /// Returns when the content is on the disk.
    func synchronise() throws(ArtifactError) {
        guard fsync(descriptor) == 0 else { throw .last("write the file to the disk", path) }
    }

    func empty() throws(ArtifactError) {
        guard ftruncate(descriptor, 0) == 0 else { throw .last("empty the file", path) }
    }

    /// Whether this process now owns the file at the path: nobody else has it locked, renamed or deleted.
    func lock() -> Bool {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        var here = stat()
        var there = stat()
        return fstat(descriptor, &here) == 0 && stat(path, &there) == 0 && here.st_ino == there.st_ino
    }

    /// Hands every block to the body, in order.
    func forEachBlock(_ body: ([UInt8]) throws(ArtifactError) -> Void) throws(ArtifactError) {
        var offset: UInt64 = 0
        while true {
            let bytes = try read(at: offset, count: Self.block)
            if bytes.isEmpty { return }
            try body(bytes)
            offset += UInt64(bytes.count)
        }
    }

    func digest() throws(ArtifactError) -> ArtifactDigest {
        var hasher = SHA256()
        try forEachBlock { bytes throws(ArtifactError) in hasher.update(data: bytes) }
        return ArtifactDigest(hasher.finalize())
    }
}
