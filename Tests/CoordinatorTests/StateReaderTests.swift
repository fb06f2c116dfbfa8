import Files
import Foundation
import Report
import Scheduling
import Testing
import Wire
import ZeroMQ

@testable import Coordinator

/// A state directory read beside its coordinator, or without one.
@Suite(.timeLimit(.minutes(1))) struct StateReaderTests {
    let fixture: Fixture
    init() throws { fixture = try Fixture() }

    @Test func itAnswersAsTheCoordinatorDoes() async throws {
        let (sweeps, status, results) = try await fixture.withCoordinator { _, endpoints, client in
            let worker = try ScriptedWorker(try fixture.key("ada"), endpoints.control)
            try worker.hello()
            try await worker.welcome()
            try worker.heartbeat(credit: 1)
            _ = try await client.submit(yaml: sweepYAML, fileName: "small.yaml")
            try worker.result(of: try await worker.lease())
            _ = try await worker.ack()
            _ = try await client.submit(yaml: sweepYAML.replacing("small", with: "other"), fileName: "other.yaml")
            // A lease that ends with its coordinator.
            try worker.heartbeat(credit: 1)
            _ = try await worker.lease()
            try await worker.close()
            return (try await client.sweeps(), try await client.status(), try await client.results(of: "small"))
        }
        let before = try FileManager.default.subpathsOfDirectory(atPath: fixture.path)
        let reader = try StateReader(fixture.directory)
        var expected = sweeps
        // No worker is there to run anything.
        for index in expected.indices { (expected[index].stagesRunning, expected[index].etaSeconds) = (0, 0) }
        #expect(try reader.sweeps() == expected)
        #expect(try reader.status(of: "").coordinatorEpoch == status.coordinatorEpoch)
        #expect(try reader.status(of: "").version.isEmpty)
        #expect(try reader.status(of: "other").sweeps == [expected[1]])
        #expect(try Self.json(reader.results(of: "small")) == Self.json(results))
        #expect(results.stateIdentity == reader.identity)
        let error = #expect(throws: OperatorError.self) { try reader.results(of: "smal") }
        #expect(error?.code == .invalid)
        #expect(error?.message.contains("no sweep 'smal'; the latest are: small, other") == true)
        #expect(try FileManager.default.subpathsOfDirectory(atPath: fixture.path) == before)
        // Nobody started anything: the next coordinator is the second.
        let epoch = try await fixture.withCoordinator { _, _, client in try await client.status().coordinatorEpoch }
        #expect(epoch == 2)
    }

    @Test func aDirectoryThatNoCoordinatorHasUsed() throws {
        let reader = try StateReader(fixture.directory)
        #expect(try reader.sweeps().isEmpty)
        let error = #expect(throws: OperatorError.self) { try reader.status(of: "last") }
        #expect(error?.message.contains("no sweep was submitted yet") == true)
    }

    /// An id goes before a name, and "last" before both.
    @Test func whatASweepIsCalled() async throws {
        try await fixture.withCoordinator { _, _, client in
            func submit(_ name: String, _ levels: String) async throws -> String {
                let yaml = sweepYAML.replacing("small", with: name).replacing("[0.5, 0.9]", with: levels)
                return try await client.submit(yaml: yaml, fileName: "s.yaml").sweep
            }
            let first = try await submit("mnist", "[0.5]")
            let second = try await submit("mnist", "[0.6]")
            let named = try await submit("mnist-2", "[0.7]")
            #expect([first, second, named] == ["mnist", "mnist-2", "mnist-2-2"])
            func found(_ name: String) async throws -> [String] {
                try await client.status(of: name).sweeps.map(\.id)
            }
            #expect(try await found("mnist") == ["mnist"])
            #expect(try await found("mnist-2") == ["mnist-2"])
            #expect(try await found("mnist-2-2") == ["mnist-2-2"])
            #expect(try await found("last") == ["mnist-2-2"])
            // Submitted again, it is the last one.
            #expect(try await submit("mnist", "[0.5]") == "mnist")
            #expect(try await found("last") == ["mnist"])
            #expect(try await client.sweeps().map(\.id) == ["mnist-2", "mnist-2-2", "mnist"])
            await #expect(throws: OperatorError.self) { try await submit("last", "[0.5]") }
        }
    }

    // MARK: - The lock

    @Test func theLockIsLookedAtWithoutBeingTaken() throws {
        #expect(!fixture.directory.hasCoordinator)
        let lock = try fixture.directory.lock()
        #expect(fixture.directory.hasCoordinator)
        lock.release()
        #expect(!fixture.directory.hasCoordinator)
        #expect(throws: Never.self) { try fixture.directory.lock() }
    }

    @Test func oneWhoLeavesSoonIsWaitedFor() throws {
        let lock = try fixture.directory.lock()
        DispatchQueue.global().asyncAfter(deadline: .now() + 0.1) { lock.release() }
        #expect(throws: Never.self) { try fixture.directory.lock() }
    }

    /// A coordinator that was killed, and whose process id is now another program's.
    @Test func whereAKilledCoordinatorListenedIsForgotten() async throws {
        let stale = Endpoints(control: "tcp://127.0.0.1:1", artifacts: "tcp://127.0.0.1:1", pid: getpid())
        try fixture.directory.publish(stale)
        #expect(fixture.directory.endpoints == nil)
        // The next one is not taken for it while it is starting.
        let service = try CoordinatorService(fixture.configuration)
        #expect(fixture.directory.hasCoordinator)
        #expect(fixture.directory.endpoints == nil)
        let endpoints = try await service.start()
        #expect(fixture.directory.endpoints == endpoints)
        service.stop()
        try await service.join()
    }

    private static func json(_ results: SweepResults) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(results)
    }
}
