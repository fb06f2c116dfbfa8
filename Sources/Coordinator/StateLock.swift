internal import Files
internal import Foundation

/// Held by the one coordinator of a state directory; gone with its process, however that ends.
///
/// A lock of the open file (F_OFD_SETLK, fcntl(2)): unlike one of flock(2) it can be asked about without being taken.
final class StateLock: Sendable {
    /// A command that opens the directory for a moment, such as `espalier cancel`, is waited for this long.
    private static let patience = Duration.seconds(1)

    /// F_OFD_GETLK and F_OFD_SETLK of <linux/fcntl.h>, which Swift's Glibc leaves out.
    private static let (getOpenFileLock, setOpenFileLock): (Int32, Int32) = (36, 37)

    private let descriptor: Int32

    init(_ directory: StateDirectory) throws {
        descriptor = open(directory.lockFile, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError("open", directory.lockFile) }
        let deadline = ContinuousClock.now + Self.patience
        while !Self.set(F_WRLCK, on: descriptor) {
            guard [EAGAIN, EACCES, EINTR].contains(errno) else { throw FileError("lock", directory.lockFile) }
            guard ContinuousClock.now < deadline else {
                var text = [UInt8](repeating: 0, count: 32)
                let count = max(read(descriptor, &text, text.count), 0)
                let holder = String(decoding: text.prefix(count), as: UTF8.self)
                throw CoordinatorError(
                    .locked,
                    "another coordinator (process \(holder)) uses the state directory '\(directory.path)'; stop that one "
                        + "first, or choose another directory")
            }
            usleep(20_000)
        }
        // Where a coordinator that was killed listened; nobody must look for this one there.
        directory.withdrawEndpoints()
        let text = Array("\(getpid())".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
            throw FileError("write", directory.lockFile)
        }
    }

    /// Whether a coordinator holds the lock; looks at it and does not touch it. A lock file that this user may not read
    /// tells nothing.
    static func isHeld(_ directory: StateDirectory) -> Bool {
        let descriptor = open(directory.lockFile, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var lock = whole(F_WRLCK)
        return fcntl(descriptor, getOpenFileLock, &lock) == 0 && lock.l_type != F_UNLCK
    }

    /// Lets the next coordinator in; what is done before a process or a service ends may take a while longer.
    func release() { _ = Self.set(F_UNLCK, on: descriptor) }

    deinit { close(descriptor) }

    private static func set(_ type: Int32, on descriptor: Int32) -> Bool {
        var lock = whole(type)
        return fcntl(descriptor, setOpenFileLock, &lock) == 0
    }

    private static func whole(_ type: Int32) -> flock {
        flock(l_type: Int16(type), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
    }
}
