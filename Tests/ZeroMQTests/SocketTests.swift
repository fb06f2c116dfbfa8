import EspalierTestKit
import Glibc
import Testing
import ZeroMQ

/// What a queue, a frame limit and a routing id do, and do not do.
@Suite(.timeLimit(.minutes(1)))
struct SocketTests {
    private let anywhere = "tcp://127.0.0.1:*"

    @Test func messagesTravelBothWaysUnderAnAutomaticRoutingID() async throws {
        let (id, request, answer) = try await onReactor { loop in
            let router = try loop.router(bind: anywhere, .router(.plain))
            let dealer = try loop.dealer(connect: router.boundEndpoint, .dealer(.plain))
            try loop.deliver([bytes("hello"), [], [0, 1, 255]], from: dealer)
            let request = try loop.receive(on: router)
            _ = try router.send([request.parts[0], bytes("welcome")])
            return (request.parts[0], request.parts.dropFirst(), try loop.receive(on: dealer).parts)
        }
        #expect(id.count == 5 && id[0] == 0, "an id that a peer cannot choose starts with a zero byte")
        #expect(Array(request) == [bytes("hello"), [], [0, 1, 255]])
        #expect(answer == [bytes("welcome")])
    }

    @Test func aPeerThatReconnectsHasANewRoutingID() async throws {
        let ids = try await onReactor { loop in
            let router = try loop.router(bind: anywhere, .router(.plain))
            return try (0..<2).map { _ in
                let dealer = try loop.dealer(connect: router.boundEndpoint, .dealer(.plain))
                defer { dealer.close() }
                try loop.deliver([bytes("hello")], from: dealer)
                return try loop.receive(on: router).parts[0]
            }
        }
        #expect(Set(ids).count == 2)
    }

    @Test func aMessageToNobodyIsUnroutable() async throws {
        let result = try await onReactor { loop in
            try loop.router(bind: anywhere, .router(.plain)).send([[0, 1, 2, 3, 4], bytes("lease")])
        }
        #expect(result == .unroutable)
    }

    @Test func aDealerWithoutAConnectionWouldBlock() async throws {
        let result = try await onReactor { loop in
            try loop.dealer(connect: "tcp://127.0.0.1:1", .dealer(.plain)).send([bytes("hello")])
        }
        #expect(result == .wouldBlock)
    }

    @Test func aSlowPeerFillsItsQueueAndNothingIsLost() async throws {
        let (accepted, received) = try await onReactor { loop in
            var options = SocketOptions.router(.plain)
            options.sendHighWater = 4
            let router = try loop.router(bind: anywhere, options)
            var slow = SocketOptions.dealer(.plain)
            slow.receiveHighWater = 4
            let dealer = try loop.dealer(connect: router.boundEndpoint, slow)
            try loop.deliver([bytes("hello")], from: dealer)
            let id = try loop.receive(on: router).parts[0]
            var accepted = 0
            while try router.send([id, [UInt8](repeating: 7, count: 1 << 20)]) == .sent, accepted < 1000 {
                accepted += 1
            }
            for _ in 0..<accepted { _ = try loop.receive(on: dealer) }
            return (accepted, accepted)
        }
        #expect(accepted < 1000, "the queue has an end")
        #expect(received == accepted, "without mandatory routing everything over the mark would be lost silently")
    }

    @Test func anOversizeFrameCutsTheConnectionAndTheSenderLearnsNothing() async throws {
        let (first, result, second, body) = try await onReactor { loop in
            var small = SocketOptions.router(.plain)
            small.maximumFrame = 1000
            let router = try loop.router(bind: anywhere, small)
            var careless = SocketOptions.dealer(.plain)
            careless.reconnect = .milliseconds(50)
            let dealer = try loop.dealer(connect: router.boundEndpoint, careless)
            try loop.deliver([bytes("hello")], from: dealer)
            let first = try loop.receive(on: router).parts[0]
            _ = dealer.events()
            let result = try dealer.send([[UInt8](repeating: 0, count: 1001)])
            _ = try loop.event(on: router) { $0 == .disconnected }
            // Sent any earlier, the next message would be accepted too, and lost with the old connection.
            _ = try loop.event(on: dealer) { $0 == .handshakeSucceeded }
            try loop.deliver([bytes("again")], from: dealer)
            let message = try loop.receive(on: router)
            return (first, result, message.parts[0], message.parts[1])
        }
        #expect(result == .sent)
        #expect(first != second)
        #expect(body == bytes("again"))
    }

    @Test func aFrameOverTheLimitIsNotEvenSent() async throws {
        let error = try await onReactor { loop in
            var options = SocketOptions.dealer(.plain)
            options.maximumFrame = 1000
            let dealer = try loop.dealer(connect: "tcp://127.0.0.1:1", options)
            do throws(ZeroMQError) {
                _ = try dealer.send([[UInt8](repeating: 0, count: 1001)])
                return ZeroMQError?.none
            } catch {
                return error
            }
        }
        #expect(error?.code == .frameTooLarge)
        #expect(error?.description.contains("1001") == true)
    }

    @Test(arguments: [(2, 0), (3, 0), (4, 1), (5000, 1)])
    func tooManyPartsAreDrainedDroppedAndCounted(parts: Int, dropped: Int) async throws {
        let (next, count) = try await onReactor { loop in
            var options = SocketOptions.router(.plain)
            options.maximumParts = 4  // the routing id is one of them
            let router = try loop.router(bind: anywhere, options)
            let dealer = try loop.dealer(connect: router.boundEndpoint, .dealer(.plain))
            try loop.deliver([[UInt8]](repeating: [1], count: parts), from: dealer)
            _ = try dealer.send([bytes("next")])
            let message = try loop.until([router]) {
                try router.receive().flatMap { $0.parts.last == bytes("next") ? $0 : nil }
            }
            return (message.parts, router.droppedMessages)
        }
        #expect(next.count == 2)
        #expect(count == dropped)
    }

    @Test func garbageOnThePortDisturbsNobody() async throws {
        let body = try await onReactor { loop in
            let router = try loop.router(bind: anywhere, .router(.plain))
            let raw = try connectTCP(port: router.boundPort)
            defer { close(raw) }
            let garbage = bytes("GET / HTTP/1.1\r\nHost: head\r\n\r\n") + [UInt8](repeating: 255, count: 1000)
            send(raw, garbage, garbage.count, Int32(MSG_NOSIGNAL))
            let dealer = try loop.dealer(connect: router.boundEndpoint, .dealer(.plain))
            try loop.deliver([bytes("hello")], from: dealer)
            return try loop.receive(on: router).parts[1]
        }
        #expect(body == bytes("hello"))
    }

    @Test func aConnectionThatNeverShakesHandsIsCut() async throws {
        let cut = try await onReactor { loop in
            var options = SocketOptions.router(.plain)
            options.handshakeTimeout = .milliseconds(100)
            let router = try loop.router(bind: anywhere, options)
            let raw = try connectTCP(port: router.boundPort)
            defer { close(raw) }
            return try loop.event(on: router) { $0 == .disconnected || $0 == .handshakeFailed(code: Int(ETIMEDOUT)) }
        }
        #expect(cut == .disconnected || cut == .handshakeFailed(code: Int(ETIMEDOUT)))
    }

    @Test func aPartitionIsNoticedByBothEnds() async throws {
        let sides = try await onReactor { loop in
            var options = SocketOptions.router(.plain)
            options.heartbeat = .milliseconds(100)
            options.heartbeatTimeout = .milliseconds(400)
            let router = try loop.router(bind: anywhere, options)
            let tap = try WireTap(target: router.boundPort)
            defer { tap.close() }
            options = .dealer(.plain)
            options.heartbeat = .milliseconds(100)
            options.heartbeatTimeout = .milliseconds(400)
            let dealer = try loop.dealer(connect: "tcp://127.0.0.1:\(tap.port)", options)
            try loop.deliver([bytes("hello")], from: dealer)
            _ = try loop.receive(on: router)
            tap.freeze()
            return [
                try loop.event(on: router) { $0 == .disconnected }, try loop.event(on: dealer) { $0 == .disconnected },
            ]
        }
        #expect(sides == [.disconnected, .disconnected])
    }

    @Test(arguments: ["tcp://127.0.0.1:*", "tcp://*:*"]) func addressesOfTheFourthVersionReachUs(
        bind: String
    ) async throws {
        try await reach(bind, from: "tcp://127.0.0.1:", as: "127.0.0.1")
    }

    @Test(
        .enabled(if: hasIPv6, "this machine has no ::1: IPv6 is NOT tested here"),
        arguments: ["tcp://[::1]:*", "tcp://*:*"])
    func addressesOfTheSixthVersionReachUs(bind: String) async throws {
        try await reach(bind, from: "tcp://[::1]:", as: "::1")
    }

    private static let hasIPv6: Bool = {
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_addr = in6addr_loopback
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
            }
        }
    }()

    /// The authenticator and every message know the peer by `address`.
    private func reach(_ bind: String, from connect: String, as address: String) async throws {
        let keys = try Keys()
        let (seen, asked) = try await onReactor { loop in
            var asked: [String] = []
            try loop.authenticate { _, _, address in
                asked.append(address)
                return .allow(userID: "worker-7")
            }
            let router = try loop.router(bind: bind, keys.router)
            let dealer = try loop.dealer(connect: "\(connect)\(router.boundPort)", keys.dealer())
            try loop.deliver([bytes("hello")], from: dealer, serving: [router])
            return (try loop.receive(on: router).address, asked)
        }
        #expect(seen == address)
        #expect(asked == [address])
    }

    @Test func aPortInUseIsNamed() async throws {
        let (error, endpoint) = try await onReactor { loop in
            let router = try loop.router(bind: anywhere, .router(.plain))
            do throws(ZeroMQError) {
                _ = try loop.router(bind: router.boundEndpoint, .router(.plain))
                return (ZeroMQError?.none, "")
            } catch {
                return (error, router.boundEndpoint)
            }
        }
        #expect(error?.code == .addressInUse)
        #expect(
            error?.description
                == "cannot listen on \(endpoint): another program already listens there; stop it or choose another port"
        )
    }

    @Test(arguments: [
        "tcp://", "tcp://127.0.0.1", "127.0.0.1:7733", "tcp://127.0.0.1:99999",
        "tcp://head:-1", "tcp://head:http", "tcp://:7733", "tcp://head node:1", "http://127.0.0.1:1",
    ])
    func malformedEndpointsAreRefused(endpoint: String) async throws {
        await #expect(throws: ZeroMQError.self) {
            try await onReactor { loop in _ = try loop.dealer(connect: endpoint, .dealer(.plain)) }
        }
    }
}
