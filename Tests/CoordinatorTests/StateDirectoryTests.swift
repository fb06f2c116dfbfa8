import Files
import Foundation
import Store
import Testing
import Wire
import ZeroMQ

@testable import Coordinator

@Suite(.timeLimit(.minutes(1))) struct StateDirectoryTests {
    let fixture: Fixture
    init() throws { fixture = try Fixture() }

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test func aNewDirectoryIsPrivateAndComplete() throws {
        #expect(try mode(fixture.path) == 0o700)
        #expect(try mode(fixture.directory.coordinatorKey) == 0o600)
        #expect(try mode(fixture.directory.operatorKey) == 0o600)
        #expect(try mode(fixture.directory.keyList) == 0o600)
        let coordinator = try KeyFile.load(fixture.directory.coordinatorKey)
        #expect(try fixture.operatorKey.coordinatorKey == coordinator.publicKey)
        #expect(try KeyRing(fixture.directory).keys.map(\.name) == ["operator"])
        let parent = (fixture.path as NSString).deletingLastPathComponent
        let rest = try FileManager.default.contentsOfDirectory(atPath: parent)
        #expect(!rest.contains { $0.hasPrefix((fixture.path as NSString).lastPathComponent + ".new") })
    }

    @Test func anExistingDirectoryIsNotTouched() throws {
        let before = try Data(contentsOf: URL(fileURLWithPath: fixture.directory.coordinatorKey))
        let error = #expect(throws: CoordinatorError.self) { try StateDirectory.create(at: fixture.path) }
        #expect(error?.code == .exists)
        #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.directory.coordinatorKey)) == before)

        let other = fixture.path + "/keys/../other"
        try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: other + "/thesis.tex"))
        #expect(throws: CoordinatorError.self) { try StateDirectory.create(at: other) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: other) == ["thesis.tex"])
    }

    @Test func aPlaceThatCannotBeWritten() throws {
        let error = #expect(throws: FileError.self) { try StateDirectory.create(at: "/proc/espalier") }
        #expect(error?.description.contains("cannot create '/proc/espalier") == true)
    }

    @Test func aDirectoryThatIsNotInitialised() throws {
        var configuration = fixture.configuration
        configuration.stateDirectory = "/tmp"
        let error = #expect(throws: CoordinatorError.self) { try CoordinatorService(configuration) }
        #expect(error?.code == .notInitialised)
        #expect(error?.message.contains("'espalier init --state /tmp'") == true)
    }

    @Test func oneCoordinatorADirectory() async throws {
        try await fixture.withCoordinator { _, endpoints, _ in
            let error = #expect(throws: CoordinatorError.self) { try CoordinatorService(fixture.configuration) }
            #expect(error?.code == .locked)
            #expect(error?.message.contains("process \(getpid())") == true)
            #expect(fixture.directory.endpoints == endpoints)
            #expect(endpoints.pid == getpid())
        }
        #expect(fixture.directory.endpoints == nil)
        // Once it has stopped, another may start.
        let epoch = try await fixture.withCoordinator { _, _, client in try await client.status().coordinatorEpoch }
        #expect(epoch == 2)
    }

    @Test func aPortInUse() async throws {
        try await fixture.withCoordinator { _, endpoints, _ in
            let other = try Fixture()
            for field in [\CoordinatorService.Configuration.controlEndpoint, \.artifactEndpoint] {
                var configuration = other.configuration
                configuration[keyPath: field] = endpoints.control
                let service = try CoordinatorService(configuration)
                let error = await #expect(throws: ZeroMQError.self) { try await service.start() }
                #expect(error?.code == .addressInUse)
                #expect(error?.description.contains(endpoints.control) == true)
                #expect(other.directory.endpoints == nil)
            }
        }
    }

    @Test func aMalformedEndpoint() async throws {
        var configuration = fixture.configuration
        configuration.controlEndpoint = "head:7733"
        let service = try CoordinatorService(configuration)
        await #expect(throws: ZeroMQError.self) { try await service.start() }
    }

    // MARK: - Keys

    @Test(arguments: ["", "Ada", "a b", "../a", ".hidden", String(repeating: "a", count: 65), "é", "a/b"])
    func namesThatCannotBe(name: String) throws {
        let error = #expect(throws: CoordinatorError.self) { try KeyRing(fixture.directory).add(name, role: .worker) }
        #expect(error?.code == .invalidName)
    }

    @Test(arguments: ["a", "node-1.cluster_x", String(repeating: "a", count: 64)]) func namesThatCan(
        name: String
    ) throws {
        let path = try KeyRing(fixture.directory).add(name, role: .worker)
        let file = try KeyFile.load(path)
        #expect(file.name == name)
        #expect(file.role == .worker)
    }

    @Test func aNameIsTakenUntilItIsRevoked() throws {
        let ring = try KeyRing(fixture.directory)
        let path = try ring.add("ada", role: .worker)
        #expect((#expect(throws: CoordinatorError.self) { try ring.add("ada", role: .viewer) })?.code == .nameTaken)
        try ring.revoke("ada")
        #expect((#expect(throws: CoordinatorError.self) { try ring.revoke("ada") })?.code == .unknownName)
        #expect(throws: KeyFileError.self) { try ring.add("ada", role: .worker) }
        try FileManager.default.removeItem(atPath: path)
        try ring.add("ada", role: .worker)
        #expect(ring.keys.filter { $0.name == "ada" }.map { $0.revoked == nil } == [false, true])
    }

    @Test func anUnknownNameIsAnsweredWithTheKnownOnes() throws {
        let error = #expect(throws: CoordinatorError.self) { try KeyRing(fixture.directory).revoke("bob") }
        #expect(error?.message.contains("the keys are: operator") == true)
    }

    @Test func anotherProcessesChangesAreSeen() throws {
        let running = try KeyRing(fixture.directory)
        let key = try fixture.key("ada").publicKey
        #expect(running.holder(of: key) == nil)
        #expect(running.admit(try #require(CurveKey(z85: key))) == .allow(userID: key))
        #expect(running.holder(of: key)?.name == "ada")
        try KeyRing(fixture.directory).revoke("ada")
        try running.refresh()
        #expect(running.holder(of: key) == nil)
        #expect(running.known(key)?.name == "ada")
    }

    @Test func aDamagedListKeepsTheKeysInForce() throws {
        let ring = try KeyRing(fixture.directory)
        let key = try fixture.operatorKey.publicKey
        try Data("[{".utf8).write(to: URL(fileURLWithPath: fixture.directory.keyList))
        let error = #expect(throws: CoordinatorError.self) { try ring.refresh() }
        #expect(error?.code == .malformed)
        #expect(ring.holder(of: key) != nil)
        #expect(throws: CoordinatorError.self) { try KeyRing(fixture.directory) }
    }
}
