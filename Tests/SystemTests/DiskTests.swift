import Foundation
import Testing

/// Full and read-only disks: a sentence, nothing half-written, nothing acknowledged lost.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: Disk.canMount, "needs root, to mount small disks"))
struct DiskTests {
    @Test("init on a full disk makes nothing")
    func initOnAFullDisk() async throws {
        try await withDisk(kilobytes: 64) { cluster, disk in
            try disk.fill()
            let path = "\(disk.path)/state"
            try await expect(1, ["init", "--state", path], says: [path, "No space left on device", "free space"])
            #expect(try disk.content == [Disk.ballast])
        }
    }

    @Test("a key on a full disk is neither written nor authorised")
    func keyOnAFullDisk() async throws {
        try await withDisk(kilobytes: 256) { cluster, disk in
            let state = "\(disk.path)/state"
            try await Program(["init", "--state", state]).ended()
            try disk.fill()
            let before = try cluster.files()
            try await expect(
                1, ["keys", "add", "worker", "ada", "--state", state],
                says: ["key file \(state)/keys/ada.key: cannot be written: No space left on device"])
            #expect(try cluster.files() == before)
        }
    }

    @Test("a coordinator does not start on a full disk, and does once there is room")
    func coordinatorOnAFullDisk() async throws {
        try await withDisk(kilobytes: 1024) { cluster, disk in
            let state = "\(disk.path)/state"
            try await Program(["init", "--state", state]).ended()
            try disk.fill()
            try await expect(1, Self.coordinator(state), says: [state, "No space left on device", "free some space"])
            try disk.free()
            let coordinator = try Program(Self.coordinator(state))
            try await coordinator.said("listening")
            coordinator.signal(SIGTERM)
            #expect(await coordinator.ended() == 0)
        }
    }

    @Test("a disk that fills under a coordinator ends it; what was acknowledged is there when it starts again")
    func diskFillsUnderACoordinator() async throws {
        try await withDisk(kilobytes: 2048) { cluster, disk in
            let state = "\(disk.path)/state"
            try await Program(["init", "--state", state]).ended()
            let coordinator = try Program(Self.coordinator(state))
            try await coordinator.said("listening")
            let file = cluster.directory.appendingPathComponent("sweep.yaml")
            try "\(BadInput.good)methods: [random]".write(to: file, atomically: true, encoding: .utf8)
            let submit = ["submit", file.path, "--state", state]
            #expect(try await Program(submit).ended() == 0)

            try disk.fill()
            let second = try Program(submit)
            #expect(await coordinator.ended() == 1)
            second.signal(SIGKILL)
            await second.ended()
            let sentence = try #require(BadInputTests.sentence(of: coordinator.log, in: .log))
            #expect(sentence.contains("cannot commit to the database '\(state)/espalier.sqlite': the disk is full"))
            #expect(sentence.contains("make room and start the coordinator again"))
            BadInputTests.expectNoTrace(coordinator.log)

            try disk.free()
            let list = try Program(["list", "--state", state])
            #expect(await list.ended() == 0)
            #expect(list.output.contains("lenet-300-100-digits"))
            #expect(!list.output.contains("lenet-300-100-digits-2"), "what was never acknowledged")
        }
    }

    @Test("a report on a full disk leaves whole files only, and the report before it as it was")
    func reportOnAFullDisk() async throws {
        try await withDisk(kilobytes: 256) { cluster, disk in
            try await cluster.startCoordinator()
            _ = try await cluster.submit("\(BadInput.good)methods: [random]")
            try cluster.write("the old one", "disk/report/results.csv")
            try disk.fill()
            try await expect(
                1, ["report", "--state", cluster.state, "--out", "\(disk.path)/report", "--overwrite"],
                says: ["\(disk.path)/report/", "No space left on device; free some space on that disk"])
            #expect(try cluster.files()["disk/report/results.csv"] == Data("the old one".utf8))
            #expect(try disk.content.filter(Cluster.isPartial) == [])
        }
    }

    @Test("a read-only state directory", arguments: ["coordinator", "keys", "cancel"])
    func readOnlyState(command: String) async throws {
        try await withDisk(kilobytes: 256) { cluster, disk in
            let state = "\(disk.path)/state"
            try await Program(["init", "--state", state]).ended()
            try disk.makeReadOnly()
            let arguments =
                switch command {
                case "coordinator": Self.coordinator(state)
                case "keys": ["keys", "add", "worker", "ada", "--state", state]
                default: ["cancel", "last", "--state", state]
                }
            try await expect(
                1, arguments,
                says: ["the state directory '\(state)' is on a read-only file system", "choose another directory"])
        }
    }

    @Test("init on a read-only disk")
    func initOnAReadOnlyDisk() async throws {
        try await withDisk(kilobytes: 64) { cluster, disk in
            try disk.makeReadOnly()
            let path = "\(disk.path)/state"
            try await expect(1, ["init", "--state", path], says: [path, "Read-only file system", "another directory"])
        }
    }

    // MARK: -

    private static func coordinator(_ state: String) -> [String] {
        ["coordinator", "--state", state, "--control", "tcp://127.0.0.1:*", "--artifacts", "tcp://127.0.0.1:*"]
    }

    /// Runs a command that fails in one sentence.
    private func expect(_ code: Int32, _ arguments: [String], says parts: [String]) async throws {
        let program = try Program(arguments)
        #expect(await program.ended() == code, "\(program.log)")
        let sentence = try #require(BadInputTests.sentence(of: program.log, in: .sentence), "\(program.log)")
        for part in parts { #expect(sentence.contains(part)) }
        BadInputTests.expectNoTrace(program.log)
    }

    /// A cluster with a small disk mounted in its directory.
    private func withDisk(kilobytes: Int, _ body: (Cluster, Disk) async throws -> Void) async throws {
        try await withCluster { cluster in
            let disk = try Disk(at: cluster.directory.appendingPathComponent("disk"), kilobytes: kilobytes)
            defer { disk.unmount() }
            try await body(cluster, disk)
        }
    }
}

/// A file system of a few kilobytes, in memory.
struct Disk {
    static let ballast = "ballast"
    let path: String

    /// Whether this user, in this container, may mount.
    static let canMount: Bool = {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-\(UUID().uuidString)")
        guard let disk = try? Disk(at: place, kilobytes: 64) else { return false }
        disk.unmount()
        return rmdir(place.path) == 0
    }()

    init(at place: URL, kilobytes: Int) throws {
        path = place.path
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(kilobytes)k") == 0 else { throw Self.failure }
    }

    /// Uses up every byte that is left.
    func fill() throws {
        let descriptor = open("\(path)/\(Self.ballast)", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        guard descriptor >= 0 else { throw Self.failure }
        defer { close(descriptor) }
        let block = [UInt8](repeating: 0x2a, count: 4096)
        while write(descriptor, block, block.count) > 0 {}
        guard errno == ENOSPC else { throw Self.failure }
    }

    func free() throws { try FileManager.default.removeItem(atPath: "\(path)/\(Self.ballast)") }

    func makeReadOnly() throws {
        guard mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0 else { throw Self.failure }
    }

    /// Also while something on it is still open.
    func unmount() { umount2(path, Int32(MNT_DETACH)) }

    var content: [String] {
        get throws { try FileManager.default.subpathsOfDirectory(atPath: path) }
    }

    private static var failure: POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
}
