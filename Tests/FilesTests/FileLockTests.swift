import Files
import Foundation
import Testing

@Suite(.timeLimit(.minutes(1))) struct FileLockTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("lock-\(UUID().uuidString)").path

    @Test func oneHolderAtATime() throws {
        defer { unlink(path) }
        #expect(!FileLock.isHeld(path))
        let lock = try FileLock(path)
        #expect(FileLock.isHeld(path))
        #expect(throws: FileLock.Failure.held(by: "process \(getpid())")) { try FileLock(path) }
        // Whoever is refused takes nothing from the holder.
        #expect(FileLock.isHeld(path))
        lock.release()
        #expect(!FileLock.isHeld(path))
        #expect(throws: Never.self) { try FileLock(path) }
    }

    /// A coordinator or worker of an earlier version, which knows flock(2) alone.
    @Test func anEarlierVersionKeepsItOutAndIsKeptOut() throws {
        defer { unlink(path) }
        let earlier = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(earlier) }
        #expect(flock(earlier, LOCK_EX | LOCK_NB) == 0)
        #expect(throws: FileLock.Failure.held(by: "just started")) { try FileLock(path) }
        #expect(pwrite(earlier, "4711", 4, 0) == 4)
        #expect(throws: FileLock.Failure.held(by: "process 4711")) { try FileLock(path) }
        #expect(!FileLock.isHeld(path))
        #expect(flock(earlier, LOCK_UN) == 0)
        let lock = try FileLock(path)
        #expect(flock(earlier, LOCK_EX | LOCK_NB) != 0)
        lock.release()
        #expect(flock(earlier, LOCK_EX | LOCK_NB) == 0)
    }

    @Test func whatCannotBeOpenedIsNamed() {
        #expect(throws: FileLock.Failure.file(FileError("open", "/proc/lock", number: ENOENT))) {
            try FileLock("/proc/lock")
        }
    }
}
