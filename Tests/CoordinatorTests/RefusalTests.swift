import Foundation
import Testing
import Wire
import ZeroMQ

@testable import Coordinator

@Suite(.timeLimit(.minutes(1))) struct RefusalTests {
    let fixture: Fixture
    init() throws { fixture = try Fixture() }

    @Test func withoutAKeyNothingGetsThrough() async throws {
        try await fixture.withCoordinator { _, endpoints, client in
            let stranger = try ScriptedWorker(name: "stranger", security: .plain, endpoints.control)
            try stranger.hello()
            var refusals = stranger.events.makeAsyncIterator()
            while let event = await refusals.next() {
                if case .handshakeFailed = event { break }
            }
            try await stranger.close()
            let workers = try await client.status().workers
            #expect(workers.isEmpty)
        }
    }

    @Test func anUnknownKeyIsTurnedAwayInTheHandshake() async throws {
        let other = try Fixture()
        try await fixture.withCoordinator { _, endpoints, _ in
            var key = try other.operatorKey
            key.coordinatorKey = try fixture.operatorKey.coordinatorKey
            let client = try OperatorClient(keyFile: key, endpoint: endpoints.control)
            let error = await #expect(throws: OperatorError.self) { try await client.sweeps() }
            #expect(error?.code == .unknownKey)
            #expect(error?.message.contains("\(endpoints.control) does not know this key") == true)
            await client.close()
        }
    }

    @Test func aKeyFileOfAnotherCoordinator() async throws {
        let other = try Fixture()
        try await fixture.withCoordinator { _, endpoints, _ in
            let client = try OperatorClient(keyFile: try other.operatorKey, endpoint: endpoints.control)
            let error = await #expect(throws: OperatorError.self) { try await client.sweeps() }
            #expect(error?.code == .handshake)
            await client.close()
        }
    }

    @Test func nobodyListens() async throws {
        let client = try OperatorClient(
            keyFile: try fixture.operatorKey, endpoint: "tcp://127.0.0.1:1", timeout: .milliseconds(200))
        let error = await #expect(throws: OperatorError.self) { try await client.sweeps() }
        #expect(error?.code == .noAnswer)
        #expect(error?.message.contains("tcp://127.0.0.1:1") == true)
        await client.close()
    }

    @Test func anotherProtocolVersion() async throws {
        try await fixture.withCoordinator { _, endpoints, _ in
            let worker = try ScriptedWorker(try fixture.key("ada"), endpoints.control)
            try worker.hello(version: 99)
            let refused = try await worker.refused()
            #expect(refused.reason == .protocolVersion)
            #expect(refused.message.contains("version \(WireProtocol.version), the other end 99") == true)
            try await worker.close()
        }
    }

    @Test func anotherWorkersName() async throws {
        try await fixture.withCoordinator { _, endpoints, client in
            let worker = try ScriptedWorker(try fixture.key("ada"), endpoints.control)
            try worker.hello(as: "bob")
            let refused = try await worker.refused()
            #expect(refused.reason == .wrongName)
            #expect(refused.message.contains("'ada', not 'bob'") == true)
            let workers = try await client.status().workers
            #expect(workers.isEmpty)
            try await worker.close()
        }
    }

    /// A revocation holds from the next message on, on a connection that stays open, and frees the leases.
    @Test func aKeyRevokedWhileConnected() async throws {
        try await fixture.withCoordinator { _, endpoints, client in
            let ada = try ScriptedWorker(try fixture.key("ada"), endpoints.control)
            let bob = try ScriptedWorker(try fixture.key("bob"), endpoints.control)
            for worker in [ada, bob] {
                try worker.hello()
                try await worker.welcome()
            }
            try ada.heartbeat(credit: 1)
            _ = try await client.submit(yaml: sweepYAML, fileName: "small.yaml")
            let lease = try await ada.lease()
            #expect(try await ada.untilHeartbeat().isEmpty)

            try KeyRing(fixture.directory).revoke("ada")
            try ada.result(of: lease)
            while true {
                let body = try await ada.next()
                if case .resultAck = body { Issue.record("the revoked worker's result was accepted") }
                guard case .refused(let refused) = body else { continue }
                #expect(refused.reason == .revoked)
                break
            }
            try bob.heartbeat(credit: 1)
            let again = try await bob.lease()
            #expect(again.stageKey == lease.stageKey)
            #expect(again.epoch == lease.epoch + 1)
            try await ada.close()
            try await bob.close()
        }
    }

    @Test func roles() async throws {
        try await fixture.withCoordinator { _, endpoints, client in
            let worker = try OperatorClient(keyFile: try fixture.key("ada"), endpoint: endpoints.control)
            var error = await #expect(throws: OperatorError.self) {
                try await worker.submit(yaml: sweepYAML, fileName: "small.yaml")
            }
            #expect(error?.code == .refused)
            #expect(error?.message.contains("is a worker's and may not submit a sweep") == true)

            _ = try await client.submit(yaml: sweepYAML, fileName: "small.yaml")
            let viewer = try OperatorClient(keyFile: try fixture.key("eve", .viewer), endpoint: endpoints.control)
            error = await #expect(throws: OperatorError.self) { try await viewer.cancel("small") }
            #expect(error?.message.contains("is a viewer's and may not cancel a sweep") == true)
            #expect(try await viewer.sweeps().map(\.state) == ["running"])

            let hello = try ScriptedWorker(try fixture.operatorKey, endpoints.control)
            try hello.hello()
            #expect(try await hello.refused().reason == .wrongRole)
            await worker.close()
            await viewer.close()
            try await hello.close()
        }
    }
}
