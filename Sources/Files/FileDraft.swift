package import Foundation

/// A file being written beside the one it is to become; dropped without ``commit(replacing:)`` it leaves no trace.
package struct FileDraft: ~Copyable {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private var isInPlace = false

    /// - Parameter mode: of the new file, before the umask.
    package init(of path: String, mode: mode_t = 0o644) throws(FileError) {
        self.path = path
        temporary = "\(path).\(getpid())-\(UInt32.random(in: .min ... .max)).partial"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileError("write", path) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isInPlace { unlink(temporary) }
    }

    /// Adds bytes at the end.
    package func append(_ bytes: some ContiguousBytes) throws(FileError) {
        let number = bytes.withUnsafeBytes { DescriptorWriter.write($0, to: descriptor) }
        if number != 0 { throw FileError("write", path, number: number) }
    }

    /// Makes the content durable, then puts it in its place.
    ///
    /// - Parameter replacing: false refuses, with EEXIST, to take the place of another file.
    package mutating func commit(replacing: Bool = true) throws(FileError) {
        guard fsync(descriptor) == 0 else { throw FileError("write", path) }
        if replacing {
            guard rename(temporary, path) == 0 else { throw FileError("replace", path) }
            isInPlace = true
        } else {
            // A link, unlike a rename, never replaces what is there; the other name goes with the draft.
            guard link(temporary, path) == 0 else { throw FileError("create", path) }
        }
        try WholeFile.synchronize(directoryOf: path)
    }
}
