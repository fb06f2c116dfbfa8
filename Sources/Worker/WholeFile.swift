internal import Foundation

/// Files that are there completely or not at all, also after a power cut.
enum WholeFile {
    /// Writes a temporary beside the file, makes it durable, and puts it in the file's place.
    static func write(_ bytes: [UInt8], to path: String) throws(FileFailure) {
        let temporary = "\(path).partial"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFailure(errno, path) }
        do {
            defer { close(descriptor) }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw failed(temporary, path) }
                rest = rest.dropFirst(count)
            }
            guard fsync(descriptor) == 0 else { throw failed(temporary, path) }
        }
        guard rename(temporary, path) == 0 else { throw failed(temporary, path) }
        try synchronize(directoryOf: path)
    }

    /// Removes a file for good; a file that is not there is no failure.
    static func remove(_ path: String) throws(FileFailure) {
        guard unlink(path) == 0 || errno == ENOENT else { throw FileFailure(errno, path) }
        try synchronize(directoryOf: path)
    }

    private static func synchronize(directoryOf path: String) throws(FileFailure) {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure(errno, directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileFailure(errno, directory) }
    }

    private static func failed(_ temporary: String, _ path: String) -> FileFailure {
        let failure = FileFailure(errno, path)
        unlink(temporary)
        return failure
    }
}

/// What the operating system said about a file.
struct FileFailure: Error, CustomStringConvertible {
    let number: Int32
    let path: String

    init(_ number: Int32, _ path: String) {
        self.number = number
        self.path = path
    }

    var description: String {
        let reason = String(cString: strerror(number))
        let remedy =
            switch number {
            case ENOSPC, EDQUOT: "free some space, or name another directory with --spool"
            case EACCES, EPERM, EROFS: "name a directory this user may write with --spool"
            default: "look at that disk, or name another directory with --spool"
            }
        return "cannot write \(path): \(reason); \(remedy)"
    }
}
