import Artifacts
import Foundation
import Glibc
import Sweep
import Testing

/// Files by content, on a disk that may fail.
@Suite struct StoreTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test(arguments: [0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk + 17], [false, true])
    func aFileKeepsItsContentUnderItsHash(count: Int, moving: Bool) throws {
        let store = try scratch.store("store")
        let bytes = content(count)
        let (path, artifact) = try scratch.file(bytes)
        #expect(try store.insert(fileAt: path, role: "checkpoint", moving: moving) == artifact)
        let digest = try digest(artifact)
        #expect(
            store.path(of: digest) == "\(store.directory)/\(artifact.sha256.prefix(2))/"
                + "\(artifact.sha256.dropFirst(2).prefix(2))/\(artifact.sha256)")
        #expect(try stored(digest, in: store) == bytes)
        #expect(store.size(of: digest) == UInt64(count))
        try store.verify(digest)
        #expect(FileManager.default.fileExists(atPath: path) == !moving)
        #expect(try names(in: "\(store.directory)/incoming") == [])
    }

    @Test func insertingTwiceIsInsertingOnce() throws {
        let store = try scratch.store("store")
        let (path, artifact) = try scratch.file([1, 2, 3])
        #expect(try store.insert(fileAt: path, role: "checkpoint") == artifact)
        #expect(try store.insert(fileAt: path, role: "checkpoint") == artifact)
        try store.remove(digest(artifact))
        try store.remove(digest(artifact))
        #expect(try !store.contains(digest(artifact)))
    }

    @Test(arguments: [0, 500, 999]) func aFlippedBitIsFound(position: Int) throws {
        let store = try scratch.store("store")
        var bytes = content(1000)
        let (path, artifact) = try scratch.file(bytes)
        try store.insert(fileAt: path, role: "checkpoint")
        bytes[position] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: store.path(of: digest(artifact))))
        let error = #expect(throws: ArtifactError.self) { try store.verify(digest(artifact)) }
        #expect(error?.code == .corrupt)
    }

    @Test(
        arguments: [
            "", "abc", String(repeating: "a", count: 63), String(repeating: "a", count: 65),
            String(repeating: "A", count: 64), String(repeating: "g", count: 64),
            "../../../../etc/passwd" + String(repeating: "a", count: 42), String(repeating: "/", count: 64),
            String(repeating: "a", count: 62) + "ä", String(repeating: "a", count: 63) + "\0",
        ])
    func onlyHashesNameFiles(name: String) {
        #expect(ArtifactDigest(hex: name) == nil)
    }

    @Test func lostFilesAreFoundAndDamagedOnesDeleted() throws {
        let store = try scratch.store("store")
        let contents: [(ArtifactStore.Condition, [UInt8])] = [
            (.sound, [1, 1]), (.missing, [2, 2]), (.truncated, [3, 3]), (.damaged, [4, 4]),
        ]
        var artifacts: [ArtifactReference] = []
        for (condition, bytes) in contents {
            let artifact = try store.insert(fileAt: scratch.file(bytes).path, role: "checkpoint")
            artifacts.append(artifact)
            let place = URL(fileURLWithPath: store.path(of: try digest(artifact)))
            switch condition {
            case .missing: try FileManager.default.removeItem(at: place)
            case .truncated: try Data([3]).write(to: place)
            case .damaged: try Data([4, 5]).write(to: place)
            case .sound, .unreadable: break
            }
            #expect(store.condition(of: artifact) == condition)
        }
        #expect(store.lost(among: artifacts) == Set(artifacts.dropFirst().map(\.sha256)))
        #expect(artifacts.map { store.condition(of: $0) } == [.sound, .missing, .truncated, .missing])
    }

    @Test func aMissingSourceAndADirectoryAreNamed() throws {
        let store = try scratch.store("store")
        let missing = #expect(throws: ArtifactError.self) {
            try store.insert(fileAt: "\(scratch.path)/none", role: "checkpoint")
        }
        #expect(missing?.code == .notFound)
        #expect(missing?.description.hasPrefix("\(scratch.path)/none: ") == true)
        #expect(throws: ArtifactError.self) { try store.insert(fileAt: scratch.path, role: "checkpoint") }
        #expect(try names(in: "\(store.directory)/incoming") == [])
    }

    @Test func aFileInThePlaceOfTheDirectoryIsNamed() throws {
        let (path, _) = try scratch.file([1])
        let error = #expect(throws: ArtifactError.self) { try ArtifactStore(directory: path) }
        #expect(error?.description.contains(path) == true)
    }

    @Test func onlyOldPartialFilesAreAbandoned() throws {
        let store = try scratch.store("store")
        let incoming = "\(store.directory)/incoming"
        for name in ["old.part", "new.part"] { try Data([1]).write(to: URL(fileURLWithPath: "\(incoming)/\(name)")) }
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -7200)], ofItemAtPath: "\(incoming)/old.part")
        store.removeAbandoned(olderThan: .seconds(3600))
        #expect(try names(in: incoming) == ["new.part"])
    }

    // MARK: - Failing disks

    @Test(.enabled(if: SmallDisk.isAvailable, "needs root and mount: the full disk is NOT tested here"))
    func aFullDiskIsATypedErrorAndLeavesNothing() throws {
        let disk = try SmallDisk(at: "\(scratch.path)/disk")
        let store = try ArtifactStore(directory: "\(disk.path)/store")
        let (path, artifact) = try scratch.file(content(3 << 20))
        for moving in [false, true] {
            let error = #expect(throws: ArtifactError.self) {
                try store.insert(fileAt: path, role: "checkpoint", moving: moving)
            }
            #expect(error?.code == .diskFull)
            #expect(error?.description.contains("the disk is full; free some space") == true)
        }
        #expect(FileManager.default.fileExists(atPath: path), "a failed move leaves the source")
        #expect(try !store.contains(digest(artifact)))
        #expect(try names(in: "\(store.directory)/incoming") == [])
        let (small, reference) = try scratch.file([1], "small")
        #expect(try store.insert(fileAt: small, role: "checkpoint") == reference, "the disk has room again")
    }

    @Test(.enabled(if: SmallDisk.isAvailable, "needs root and mount: the full disk is NOT tested here"))
    func anUploadThatFillsTheDiskIsRefusedAndDeleted() throws {
        let disk = try SmallDisk(at: "\(scratch.path)/disk")
        let store = try ArtifactStore(directory: "\(disk.path)/store")
        let (path, artifact) = try scratch.file(content(3 << 20))
        let client = ArtifactClient(cache: try scratch.store("cache"))
        var line = Line(client: client, server: ArtifactServer(store: store))
        client.upload(artifact, fileAt: path)
        guard case .failed(artifact.sha256, let message, _) = line.run().first else {
            Issue.record("the upload should have failed")
            return
        }
        #expect(message.contains("the disk is full"))
        #expect(line.server.uploadsUnderWay == 0)
        #expect(try names(in: "\(store.directory)/incoming") == [])
    }

    @Test(.enabled(if: SmallDisk.isAvailable, "needs root and mount: the full disk is NOT tested here"))
    func aDownloadThatFillsTheCacheFailsAndIsDeleted() throws {
        let disk = try SmallDisk(at: "\(scratch.path)/disk")
        let cache = try ArtifactStore(directory: "\(disk.path)/cache")
        let store = try scratch.store("store")
        let (path, artifact) = try scratch.file(content(3 << 20))
        try store.insert(fileAt: path, role: "checkpoint")
        let client = ArtifactClient(cache: cache)
        var line = Line(client: client, server: ArtifactServer(store: store))
        client.fetch(artifact)
        guard case .failed(artifact.sha256, let message, _) = line.run().first else {
            Issue.record("the download should have failed")
            return
        }
        #expect(message.contains("the disk is full"))
        #expect(try names(in: "\(cache.directory)/incoming") == [])
    }

    @Test(.enabled(if: SmallDisk.isAvailable, "needs root and mount: the read-only disk is NOT tested here"))
    func aReadOnlyDiskIsATypedError() throws {
        let disk = try SmallDisk(at: "\(scratch.path)/disk")
        let store = try ArtifactStore(directory: "\(disk.path)/store")
        try disk.makeReadOnly()
        let (path, _) = try scratch.file([1])
        let inserting = #expect(throws: ArtifactError.self) { try store.insert(fileAt: path, role: "checkpoint") }
        #expect(inserting?.code == .readOnly)
        let opening = #expect(throws: ArtifactError.self) { try ArtifactStore(directory: store.directory) }
        #expect(opening?.code == .readOnly)
        let making = #expect(throws: ArtifactError.self) { try ArtifactStore(directory: "\(disk.path)/a/b") }
        #expect(making?.code == .readOnly)
    }
}

/// A file system of two mebibytes in memory.
private final class SmallDisk {
    let path: String

    static let isAvailable: Bool = {
        let probe = NSTemporaryDirectory() + "espalier-mount-\(getpid())"
        defer { rmdir(probe) }
        return (try? SmallDisk(at: probe)) != nil
    }()

    init(at path: String) throws {
        self.path = path
        mkdir(path, 0o755)
        guard mount("tmpfs", path, "tmpfs", 0, "size=2m") == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
    }

    deinit { umount2(path, 2) }

    func makeReadOnly() throws {
        guard mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), "size=2m") == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
    }
}
