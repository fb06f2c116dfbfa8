import Artifacts
import Glibc
import Sweep
import Synchronization
import Testing
import ZeroMQ

/// Transfers over encrypted TCP between a coordinator's and a worker's reactor.
@Suite(.timeLimit(.minutes(1)))
struct TransportTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Serves a store until stopped; the endpoint is known when this returns.
    private func coordinator(
        _ store: ArtifactStore, keys: CurveKeypair, endpoint: String = "tcp://127.0.0.1:*"
    ) async throws -> (Reactor, endpoint: String) {
        let reactor = try Reactor(name: "coordinator")
        let (endpoints, continuation) = AsyncStream.makeStream(of: String.self)
        reactor.start { loop in
            defer { continuation.finish() }
            try loop.authenticate { _, _, _ in .allow(userID: "worker-1") }
            let router = try loop.router(bind: endpoint, .router(.server(keys, domain: "artifacts")))
            continuation.yield(router.boundEndpoint)
            let server = ArtifactServer(store: store)
            while !loop.isStopping {
                try loop.wait(for: [router], until: nil)
                while let message = try router.receive() {
                    for reply in server.handle(frame: message.parts[1], from: message.parts[0], at: loop.now) {
                        _ = try router.send([message.parts[0], reply])
                    }
                }
            }
        }
        for await endpoint in endpoints { return (reactor, endpoint) }
        try await reactor.join()
        throw CancellationError()
    }

    /// Runs a client until it is idle; `onFrame` may close the socket by returning true.
    private func work(
        _ endpoint: String, server: CurveKey, cache: ArtifactStore, window: Int = 8,
        onFrame: @escaping @Sendable (Int) -> Bool = { _ in false },
        _ begin: @escaping @Sendable (ArtifactClient) -> Void
    ) async throws -> [ArtifactClient.Event] {
        let reactor = try Reactor(name: "worker")
        let events = Mutex<[ArtifactClient.Event]>([])
        reactor.start { loop in
            var options = SocketOptions.dealer(.client(try .generate(), server: server))
            options.reconnect = .milliseconds(20)
            var settings = ArtifactClient.Settings()
            settings.window = window
            let client = ArtifactClient(cache: cache, settings: settings)
            begin(client)
            var dealer = try loop.dealer(connect: endpoint, options)
            var isConnected = false
            var frames = 0
            while !client.isIdle {
                if dealer.events().contains(.handshakeSucceeded) {
                    isConnected = true
                    client.reconnected(at: loop.now)
                }
                if isConnected { for frame in client.tick(at: loop.now) { _ = try dealer.send([frame]) } }
                try loop.wait(for: [dealer], until: client.deadline)
                while let message = try dealer.receive() {
                    client.handle(message.parts[0], at: loop.now)
                    frames += 1
                    if onFrame(frames) {
                        dealer.close()
                        dealer = try loop.dealer(connect: endpoint, options)
                        isConnected = false
                        break
                    }
                }
                let news = client.takeEvents()
                events.withLock { $0 += news }
            }
        }
        try await reactor.join()
        return events.withLock { $0 }
    }

    @Test(arguments: [0, 1, chunk, 3 * chunk + 17]) func filesArriveInBothDirections(count: Int) async throws {
        let store = try scratch.store("store")
        let cache = try scratch.store("cache")
        let keys = try CurveKeypair.generate()
        let (coordinator, endpoint) = try await coordinator(store, keys: keys)
        let bytes = content(count)
        let (path, artifact) = try scratch.file(bytes)
        let uploaded = try await work(endpoint, server: keys.publicKey, cache: cache) {
            $0.upload(artifact, fileAt: path)
        }
        #expect(uploaded == [.uploaded(sha256: artifact.sha256)])
        let fetched = try await work(endpoint, server: keys.publicKey, cache: cache) { $0.fetch(artifact) }
        #expect(try fetched == [.fetched(sha256: artifact.sha256, path: cache.path(of: digest(artifact)))])
        #expect(try stored(digest(artifact), in: cache) == bytes)
        coordinator.stop()
        try await coordinator.join()
    }

    /// The worker's connection is lost in the middle of both transfers.
    @Test func lostConnectionsOnlyTakeTime() async throws {
        let store = try scratch.store("store")
        let cache = try scratch.store("cache")
        let keys = try CurveKeypair.generate()
        let (coordinator, endpoint) = try await coordinator(store, keys: keys)
        let (path, up) = try scratch.file(content(12 * chunk), "up")
        let (source, _) = try scratch.file(content(13 * chunk), "down")
        let down = try store.insert(fileAt: source, role: "checkpoint")
        let events = try await work(
            endpoint, server: keys.publicKey, cache: cache, window: 2, onFrame: { $0 == 5 || $0 == 11 }
        ) {
            $0.upload(up, fileAt: path)
            $0.fetch(down)
        }
        #expect(
            try Set(events) == [
                .uploaded(sha256: up.sha256), .fetched(sha256: down.sha256, path: cache.path(of: digest(down))),
            ])
        coordinator.stop()
        try await coordinator.join()
    }

    /// The coordinator is gone in the middle and comes back on its port with its store.
    @Test func aRestartedCoordinatorGoesOn() async throws {
        let store = try scratch.store("store")
        let cache = try scratch.store("cache")
        let keys = try CurveKeypair.generate()
        let (first, endpoint) = try await coordinator(store, keys: keys)
        let (path, up) = try scratch.file(content(12 * chunk), "up")
        async let events = work(
            endpoint, server: keys.publicKey, cache: cache, window: 1,
            onFrame: { count in
                if count == 4 { first.stop() }
                return false
            }
        ) { $0.upload(up, fileAt: path) }
        try await first.join()
        let (second, _) = try await coordinator(store, keys: keys, endpoint: endpoint)
        #expect(try await events == [.uploaded(sha256: up.sha256)])
        try store.verify(digest(up))
        second.stop()
        try await second.join()
    }
}
