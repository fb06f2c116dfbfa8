internal import Crypto
internal import Files
internal import Foundation
internal import Glibc
package import Sweep

/// Files by content: `ab/cd/abcd...` is the one whose SHA-256 is `abcd...`.
///
/// A file appears whole, verified and on the disk, or not at all; one that is there never changes. Files on their way
/// in lie under `incoming`. Any number of processes may share a directory.
package struct ArtifactStore: Sendable {
    package let directory: String
    private var incoming: String { "\(directory)/incoming" }

    /// Opens a store, making its directories where they are missing; throws where they cannot be written.
    package init(directory: String) throws(ArtifactError) {
        self.directory = directory
        do throws(FileError) {
            try WholeFile.makeDirectory("\(directory)/incoming")
        } catch {
            throw .failed("make the directory", error.path, error.number)
        }
        guard access("\(directory)/incoming", W_OK | X_OK) == 0 else {
            throw .last("use the artifact directory", directory)
        }
    }

    /// A store to be looked at only, as it is.
    package init(reading directory: String) { self.directory = directory }

    // MARK: - Reading

    /// Whether the file is here: complete and verified when it came.
    package func contains(_ digest: ArtifactDigest) -> Bool {
        size(of: digest) != nil
    }

    /// Where the file lies, or would lie.
    package func path(of digest: ArtifactDigest) -> String {
        "\(folder(of: digest))/\(digest.hex)"
    }

    /// In bytes; `nil` when it is not here.
    package func size(of digest: ArtifactDigest) -> UInt64? {
        var status = stat()
        guard lstat(path(of: digest), &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return UInt64(status.st_size)
    }

    /// Reads the file through and throws `corrupt` where its content is no longer what its name says.
    package func verify(_ digest: ArtifactDigest) throws(ArtifactError) {
        let file = try OpenFile(path(of: digest), O_RDONLY)
        guard try file.digest() == digest else {
            throw ArtifactError(
                code: .corrupt, path: file.path,
                message: "the content is damaged: its SHA-256 is not its name; delete it and check the disk")
        }
    }

    /// A piece of the file and the size of the whole.
    func read(
        _ digest: ArtifactDigest, at offset: UInt64, count: Int
    ) throws(ArtifactError) -> (bytes: [UInt8], size: UInt64) {
        let file = try OpenFile(path(of: digest), O_RDONLY)
        let size = try file.size
        return (offset < size ? try file.read(at: offset, count: count) : [], size)
    }

    // MARK: - Writing

    /// Takes a file in and says what it is called from now on; `moving` it saves the copy where both lie on one disk.
    @discardableResult
    package func insert(
        fileAt source: String, role: String, moving: Bool = false
    ) throws(ArtifactError) -> ArtifactReference {
        let temporary = "\(incoming)/\(UUID().uuidString).tmp"
        defer { unlink(temporary) }
        // A second name, not a rename: the source must survive a failure.
        if !moving || link(source, temporary) != 0 { try copy(source, to: temporary) }
        let file = try OpenFile(temporary, O_RDONLY)
        let digest = try file.digest()
        try file.synchronise()
        let size = try file.size
        try adopt(temporary, as: digest)
        if moving { unlink(source) }
        return ArtifactReference(role: role, sha256: digest.hex, size: size)
    }

    /// Deletes a file; one that is not here is no error.
    package func remove(_ digest: ArtifactDigest) throws(ArtifactError) {
        guard unlink(path(of: digest)) == 0 || errno == ENOENT else {
            throw .last("delete the artifact", path(of: digest))
        }
    }

    /// Deletes what never finished coming in and was last written that long ago.
    package func removeAbandoned(olderThan age: Duration) {
        let now = time(nil)
        for name in (try? FileManager.default.contentsOfDirectory(atPath: incoming)) ?? [] {
            var status = stat()
            let path = "\(incoming)/\(name)"
            guard stat(path, &status) == 0, now - status.st_mtim.tv_sec > age.components.seconds else { continue }
            unlink(path)
        }
    }

    /// The file to receive an artifact into, with what an earlier attempt left of it.
    func partial(_ digest: ArtifactDigest, size: UInt64) throws(ArtifactError) -> PartialFile {
        let path = "\(incoming)/\(digest.hex).part"
        do throws(ArtifactError) {
            return try PartialFile(path: path, size: size)
        } catch  where error.code == .notFound {
            // The directory was deleted while in use. Whoever still needs an artifact uploads it again, into a new one.
            do throws(FileError) {
                try WholeFile.makeDirectory(incoming)
            } catch {
                throw .failed("make the directory", error.path, error.number)
            }
            return try PartialFile(path: path, size: size)
        }
    }

    /// Moves a finished file, already on the disk, to its place.
    func adopt(_ temporary: String, as digest: ArtifactDigest) throws(ArtifactError) {
        let parent = "\(directory)/\(digest.hex.prefix(2))"
        let folder = folder(of: digest)
        try makeDirectory(parent, in: directory)
        try makeDirectory(folder, in: parent)
        guard rename(temporary, path(of: digest)) == 0 else { throw .last("store the artifact", path(of: digest)) }
        try synchronise(directory: folder)
    }

    private func copy(_ source: String, to target: String) throws(ArtifactError) {
        let input = try OpenFile(source, O_RDONLY | O_NONBLOCK)
        _ = try input.size
        let output = try OpenFile(target, O_WRONLY | O_CREAT | O_EXCL)
        var offset: UInt64 = 0
        try input.forEachBlock { bytes throws(ArtifactError) in
            try output.write(bytes, at: offset)
            offset += UInt64(bytes.count)
        }
    }

    private func folder(of digest: ArtifactDigest) -> String {
        "\(directory)/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2).prefix(2))"
    }

    private func makeDirectory(_ path: String, in parent: String) throws(ArtifactError) {
        if mkdir(path, 0o755) == 0 { return try synchronise(directory: parent) }
        guard errno == EEXIST else { throw .last("make a directory", path) }
    }

    /// A new name is durable only once its directory is.
    private func synchronise(directory: String) throws(ArtifactError) {
        try OpenFile(directory, O_RDONLY | O_DIRECTORY).synchronise()
    }
}
