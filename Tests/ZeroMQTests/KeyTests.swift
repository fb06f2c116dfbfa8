import Foundation
import Glibc
import Testing
import ZeroMQ

/// Keys as text, and the files they live in.
@Suite struct KeyTests {
    private let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "espalier-keys-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    private func keyFile() throws -> KeyFile {
        try KeyFile(
            role: .worker, name: "node-1", keypair: .generate(), coordinator: CurveKeypair.generate().publicKey)
    }

    @Test func keysSurviveBothSpellings() throws {
        let keypair = try CurveKeypair.generate()
        #expect(CurveKey(z85: keypair.publicKey.z85) == keypair.publicKey)
        #expect(CurveKey(bytes: keypair.publicKey.bytes) == keypair.publicKey)
        #expect(try CurveKeypair(secretKey: keypair.secretKey).publicKey == keypair.publicKey)
        #expect(!"\(keypair)".contains(keypair.secretKey.z85))
    }

    @Test(
        arguments: [
            "", "short", String(repeating: "a", count: 39), String(repeating: "a", count: 41),
            String(repeating: "~", count: 40), String(repeating: "#", count: 40), String(repeating: "ä", count: 20),
            String(repeating: "a", count: 35) + "\0aaaa",
        ])
    func malformedKeysAreNil(text: String) {
        #expect(CurveKey(z85: text) == nil)
    }

    @Test(arguments: [0, 31, 33]) func keysHaveThirtyTwoBytes(count: Int) {
        #expect(CurveKey(bytes: [UInt8](repeating: 1, count: count)) == nil)
    }

    @Test func aFileComesBackAsWritten() throws {
        let file = try keyFile()
        let path = "\(directory)/worker.key"
        try file.write(to: path)
        #expect(try KeyFile.load(path) == file)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["worker.key"])
        #expect(!"\(file)".contains(file.secretKey))
    }

    @Test func theCoordinatorsFileHoldsItsOwnKey() throws {
        let keypair = try CurveKeypair.generate()
        let file = KeyFile(role: .coordinator, name: "head", keypair: keypair)
        #expect(try file.coordinator == keypair.publicKey)
        #expect(try file.keypair.secretKey == keypair.secretKey)
    }

    @Test func aFileIsNeverOverwritten() throws {
        let path = "\(directory)/worker.key"
        let first = try keyFile()
        try first.write(to: path)
        let error = #expect(throws: KeyFileError.self) { try keyFile().write(to: path) }
        #expect(error?.code == .exists)
        #expect(try KeyFile.load(path) == first)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["worker.key"])
    }

    @Test func aMissingDirectoryIsNamed() throws {
        let error = #expect(throws: KeyFileError.self) { try keyFile().write(to: "\(directory)/no/worker.key") }
        #expect(error?.code == .unwritable)
        #expect(error?.description.contains("\(directory)/no/worker.key") == true)
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o610, 0o666]) func openFilesAreRefused(mode: Int) throws {
        let path = "\(directory)/worker.key"
        try keyFile().write(to: path)
        chmod(path, mode_t(mode))
        let error = #expect(throws: KeyFileError.self) { try KeyFile.load(path) }
        #expect(error?.code == .exposed)
        #expect(error?.description.contains("chmod 600") == true)
    }

    @Test func linksDirectoriesAndPipesAreRefused() throws {
        let path = "\(directory)/worker.key"
        try keyFile().write(to: path)
        let link = "\(directory)/link"
        symlink(path, link)
        #expect(throws: KeyFileError.self) { try KeyFile.load(link) }
        #expect(#expect(throws: KeyFileError.self) { try KeyFile.load(link) }?.code == .symbolicLink)
        #expect(#expect(throws: KeyFileError.self) { try KeyFile.load(directory) }?.code == .notRegular)
        let pipe = "\(directory)/pipe"
        mkfifo(pipe, 0o600)
        #expect(#expect(throws: KeyFileError.self) { try KeyFile.load(pipe) }?.code == .notRegular)
        #expect(#expect(throws: KeyFileError.self) { try KeyFile.load("\(directory)/none") }?.code == .missing)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
    func anotherOwnersFileIsRefused() throws {
        let path = "\(directory)/worker.key"
        try keyFile().write(to: path)
        chown(path, 65534, 65534)
        let error = #expect(throws: KeyFileError.self) { try KeyFile.load(path) }
        #expect(error?.code == .otherOwner)
    }

    @Test(arguments: ["empty", "truncated", "text", "role", "public key", "secret key", "coordinator key"])
    func brokenContentIsRefused(what: String) throws {
        var file = try keyFile()
        let path = "\(directory)/worker.key"
        switch what {
        case "public key": file.publicKey = try CurveKeypair.generate().publicKey.z85
        case "secret key": file.secretKey = "secret"
        case "coordinator key": file.coordinatorKey = ""
        default: break
        }
        try file.write(to: path)
        let content = try String(contentsOfFile: path, encoding: .utf8)
        let replacement =
            switch what {
            case "empty": ""
            case "truncated": String(content.dropLast(20))
            case "text": "secret"
            case "role": content.replacing("\"worker\"", with: "\"root\"")
            default: content
            }
        try Data(replacement.utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: KeyFileError.self) { try KeyFile.load(path) }
        #expect(error?.code == .malformed)
        #expect(error?.description.contains(path) == true)
    }
}
