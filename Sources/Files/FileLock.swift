internal import Foundation

/// A file that one process holds at a time; free again with the process's end, however that comes. It names its holder.
///
/// Two locks of the open file in one: that of fcntl(2), F_OFD_SETLK, can be asked about without being taken, and that of
/// flock(2) is the one that earlier versions of Espalier take.
package final class FileLock: Sendable {
    /// Why the lock was not taken.
    package enum Failure: Error, Hashable {
        /// Another process has it: "process 4711", or words for one that has not written its id yet.
        case held(by: String)
        case file(FileError)
    }

    /// F_OFD_GETLK and F_OFD_SETLK of <linux/fcntl.h>, which Swift's Glibc leaves out.
    private static let (getOpenFileLock, setOpenFileLock): (Int32, Int32) = (36, 37)

    private let descriptor: Int32

    /// Makes the file where it is missing, and takes the lock.
    ///
    /// - Parameter patience: How long another holder is waited for.
    package init(_ path: String, patience: Duration = .zero) throws(Failure) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .file(FileError("open", path)) }
        let deadline = ContinuousClock.now + patience
        while !Self.set(F_WRLCK, on: descriptor) || flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard [EAGAIN, EACCES, EINTR].contains(errno) else { throw .file(FileError("lock", path)) }
            guard ContinuousClock.now < deadline else { throw .held(by: Self.holder(in: descriptor)) }
            usleep(20_000)
        }
        let text = Array("\(getpid())".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
            throw .file(FileError("write", path))
        }
    }

    deinit { close(descriptor) }

    /// Releases the lock before this object is gone, as a service does whose process goes on for a while.
    package func release() {
        flock(descriptor, LOCK_UN)
        _ = Self.set(F_UNLCK, on: descriptor)
    }

    /// Whether somebody holds the lock; looks at it and does not touch it. A file that this user may not read tells nothing.
    package static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var lock = whole(F_WRLCK)
        return fcntl(descriptor, getOpenFileLock, &lock) == 0 && lock.l_type != F_UNLCK
    }

    private static func set(_ type: Int32, on descriptor: Int32) -> Bool {
        var lock = whole(type)
        return fcntl(descriptor, setOpenFileLock, &lock) == 0
    }

    private static func whole(_ type: Int32) -> flock {
        flock(l_type: Int16(type), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
    }

    private static func holder(in descriptor: Int32) -> String {
        var text = [UInt8](repeating: 0, count: 32)
        let count = max(pread(descriptor, &text, text.count, 0), 0)
        return count == 0 ? "just started" : "process \(String(decoding: text.prefix(count), as: UTF8.self))"
    }
}
