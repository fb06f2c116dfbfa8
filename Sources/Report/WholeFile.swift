internal import Foundation

/// Writes a file whole or not at all: temporary, fsync, rename, fsync of the directory.
enum WholeFile {
    /// Replaces `name` in `directory`; a reader sees the old file or the new one.
    static func write(_ data: Data, to name: String, in directory: URL) throws(ReportError) {
        let target = directory.appendingPathComponent(name)
        let temporary = directory.appendingPathComponent(".\(name).\(UInt64.random(in: .min ... .max)).tmp")
        let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw ReportError("write", target, errno) }
        do throws(ReportError) {
            defer { close(descriptor) }
            try write(data, to: descriptor, of: target)
            guard fsync(descriptor) == 0 else { throw ReportError("write", target, errno) }
        } catch {
            unlink(temporary.path)
            throw error
        }
        guard rename(temporary.path, target.path) == 0 else {
            let cause = errno
            unlink(temporary.path)
            throw ReportError("replace", target, cause)
        }
        try synchronize(directory)
    }

    /// Writes every byte to an open file, whatever the kernel takes at once.
    static func write(_ data: Data, to descriptor: CInt, of target: URL) throws(ReportError) {
        var rest = data[...]
        while !rest.isEmpty {
            let (written, cause) = rest.withUnsafeBytes { bytes in
                let count = Foundation.write(descriptor, bytes.baseAddress, bytes.count)
                return (count, errno)
            }
            guard written >= 0 else {
                if cause == EINTR { continue }
                throw ReportError("write", target, cause)
            }
            rest = rest.dropFirst(written)
        }
    }

    /// Makes the renaming itself durable.
    private static func synchronize(_ directory: URL) throws(ReportError) {
        let descriptor = open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ReportError("synchronise", directory, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw ReportError("synchronise", directory, errno) }
    }
}
