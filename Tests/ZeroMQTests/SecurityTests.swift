import EspalierTestKit
import Testing
import ZeroMQ

/// Who gets in, what they are called, and what an eavesdropper sees.
@Suite(.timeLimit(.minutes(1)))
struct SecurityTests {
    private let anywhere = "tcp://127.0.0.1:*"

    @Test func theBodyFrameNamesTheKeysOwner() async throws {
        let keys = try Keys()
        let (message, domain, key) = try await onReactor { loop in
            var asked: (CurveKey, String)?
            try loop.authenticate { key, domain, _ in
                asked = (key, domain)
                return .allow(userID: "worker-7")
            }
            let router = try loop.router(bind: anywhere, keys.router)
            let dealer = try loop.dealer(connect: router.boundEndpoint, keys.dealer())
            try loop.deliver([bytes("hello")], from: dealer, serving: [router])
            return (try loop.receive(on: router), asked?.1, asked?.0)
        }
        #expect(message.userID == "worker-7")
        #expect(message.address == "127.0.0.1")
        #expect(domain == "control")
        #expect(key == keys.client.publicKey)
    }

    @Test func anUnknownKeyIsRefusedAndStaysDeadUntilTheSocketIsReopened() async throws {
        let keys = try Keys()
        let (refused, server, later, reopened) = try await onReactor { loop in
            var allowed: Set<CurveKey> = []
            try loop.authenticate { key, _, _ in
                allowed.contains(key) ? .allow(userID: "worker-7") : .deny(reason: "unknown key")
            }
            let router = try loop.router(bind: anywhere, keys.router)
            let dealer = try loop.dealer(connect: router.boundEndpoint, keys.dealer())
            let refused = try loop.event(on: dealer, serving: [router]) {
                if case .refused = $0 { true } else { false }
            }
            let server = try loop.event(on: router) { if case .refused = $0 { true } else { false } }
            allowed = [keys.client.publicKey]
            let later = try loop.events(on: dealer, during: .milliseconds(500), serving: [router])
            dealer.close()
            let second = try loop.dealer(connect: router.boundEndpoint, keys.dealer())
            try loop.deliver([bytes("hello")], from: second, serving: [router])
            return (refused, server, later, try loop.receive(on: router).userID)
        }
        #expect(refused == .refused(zapStatus: 400))
        #expect(server == .refused(zapStatus: 400))
        #expect(!later.contains(.connected) && !later.contains(.handshakeSucceeded))
        #expect(reopened == "worker-7")
    }

    @Test func revocationIsSeenInTheNextMessageNotInTheConnection() async throws {
        let keys = try Keys()
        let users = try await onReactor { loop in
            var isRevoked = false
            try loop.authenticate { _, _, _ in isRevoked ? .deny(reason: "revoked") : .allow(userID: "worker-7") }
            let router = try loop.router(bind: anywhere, keys.router)
            let dealer = try loop.dealer(connect: router.boundEndpoint, keys.dealer())
            try loop.deliver([bytes("before")], from: dealer, serving: [router])
            let before = try loop.receive(on: router).userID
            isRevoked = true
            try loop.deliver([bytes("after")], from: dealer, serving: [router])
            let after = try loop.receive(on: router).userID
            let newcomer = try loop.dealer(connect: router.boundEndpoint, keys.dealer())
            _ = try loop.event(on: newcomer, serving: [router]) { $0 == .refused(zapStatus: 400) }
            return [before, after]
        }
        #expect(
            users == ["worker-7", "worker-7"], "the connection lives on: every message must be checked by its user")
    }

    @Test(arguments: ["tcp://*:*", "tcp://127.0.0.1:*"])
    func aServerWithoutAnAuthenticatorDoesNotOpen(endpoint: String) async throws {
        let keys = try Keys()
        let error = await #expect(throws: ZeroMQError.self) {
            try await onReactor { loop in _ = try loop.router(bind: endpoint, keys.router) }
        }
        #expect(error?.code == .insecure)
    }

    @Test(
        arguments: [
            ("tcp://*:*", false), ("tcp://0.0.0.0:*", false), ("tcp://[::]:*", false), ("tcp://10.0.0.1:7733", false),
            ("tcp://127.evil.example:7733", false), ("tcp://10.0.0.1:0;127.0.0.1:7733", false),
            ("tcp://[fd00::1]:7733", false), ("tcp://head:7733", false),
            ("tcp://127.0.0.1:7733", true), ("tcp://127.9.9.9:7733", true), ("tcp://[::1]:7733", true),
            ("tcp://localhost:7733", true),
        ])
    func plainSocketsAreForLoopback(endpoint: String, isAllowed: Bool) async throws {
        let code = try await onReactor { loop in
            do throws(ZeroMQError) {
                _ = try loop.dealer(connect: endpoint, .dealer(.plain))
                return ZeroMQError.Code?.none
            } catch {
                return error.code
            }
        }
        #expect(code == (isAllowed ? nil : .insecure))
    }

    @Test func aWrongServerKeyNeverShakesHands() async throws {
        let keys = try Keys()
        let stranger = try CurveKeypair.generate()
        let (client, server) = try await onReactor { loop in
            try loop.authenticate { _, _, _ in .allow(userID: "worker-7") }
            let router = try loop.router(bind: anywhere, keys.router)
            let dealer = try loop.dealer(
                connect: router.boundEndpoint, keys.dealer(server: stranger.publicKey))
            return (
                try loop.event(on: dealer, serving: [router]) { if case .handshakeFailed = $0 { true } else { false } },
                try loop.event(on: router, serving: [dealer]) { if case .handshakeFailed = $0 { true } else { false } }
            )
        }
        #expect(client != .handshakeSucceeded)
        #expect(server == .handshakeFailed(code: 0x1100_0001), "a cryptographic failure")
    }

    @Test(arguments: [true, false])
    func plainAndCURVEDoNotMix(serverIsPlain: Bool) async throws {
        let keys = try Keys()
        let (client, server) = try await onReactor { loop in
            try loop.authenticate { _, _, _ in .allow(userID: "worker-7") }
            let router = try loop.router(bind: anywhere, serverIsPlain ? .router(.plain) : keys.router)
            let dealer = try loop.dealer(
                connect: router.boundEndpoint, serverIsPlain ? keys.dealer() : .dealer(.plain))
            return (
                try loop.event(on: dealer, serving: [router]) { if case .handshakeFailed = $0 { true } else { false } },
                try loop.event(on: router, serving: [dealer]) { if case .handshakeFailed = $0 { true } else { false } }
            )
        }
        #expect(client == .handshakeFailed(code: 0x1100_0002), "a mechanism mismatch")
        #expect(server == .handshakeFailed(code: 0x1100_0002))
    }

    /// With CURVE the marker is nowhere on the wire; without, the same tap finds it.
    @Test(arguments: [true, false])
    func nothingIsReadableOnTheWire(isEncrypted: Bool) async throws {
        let keys = try Keys()
        let marker = bytes("accuracy of the secret network: 0.987")
        let recorded = try await onReactor { loop in
            try loop.authenticate { _, _, _ in .allow(userID: "worker-7") }
            let router = try loop.router(bind: anywhere, isEncrypted ? keys.router : .router(.plain))
            let tap = try WireTap(target: router.boundPort)
            defer { tap.close() }
            let dealer = try loop.dealer(
                connect: "tcp://127.0.0.1:\(tap.port)", isEncrypted ? keys.dealer() : .dealer(.plain))
            try loop.deliver([marker], from: dealer, serving: [router])
            let request = try loop.receive(on: router)
            _ = try router.send([request.parts[0], marker])
            let answer = try loop.receive(on: dealer)
            return request.parts[1] == marker && answer.parts[0] == marker ? tap.bytes : []
        }
        #expect(recorded.count > 100, "the tap saw the conversation")
        let windows = recorded.indices.dropLast(marker.count - 1)
        let sightings = windows.count { recorded[$0] == marker[0] && recorded[$0...].starts(with: marker) }
        #expect(sightings == (isEncrypted ? 0 : 2))
    }
}
