internal import Files
internal import Foundation

/// Held by the one coordinator of a state directory; gone with its process, however that ends.
final class StateLock: Sendable {
    private let descriptor: Int32

    init(_ directory: StateDirectory) throws {
        descriptor = open(directory.lockFile, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError("open", directory.lockFile) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            var text = [UInt8](repeating: 0, count: 32)
            let count = max(read(descriptor, &text, text.count), 0)
            let holder = String(decoding: text.prefix(count), as: UTF8.self)
            throw CoordinatorError(
                .locked,
                "another coordinator (process \(holder)) uses the state directory '\(directory.path)'; stop that one "
                    + "first, or choose another directory")
        }
        let text = Array("\(getpid())".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
            throw FileError("write", directory.lockFile)
        }
    }

    /// Lets the next coordinator in; what is done before a process or a service ends may take a while longer.
    func release() { flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }
}
