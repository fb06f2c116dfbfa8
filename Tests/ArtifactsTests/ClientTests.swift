import Artifacts
import EspalierTestKit
import Foundation
import Sweep
import SwiftProtobuf
import Testing
import Wire

/// The worker's end on lines that lose, repeat, reorder, damage and stall.
@Suite struct ClientTests {
    private let scratch: Scratch
    private let store: ArtifactStore
    private let cache: ArtifactStore

    init() throws {
        scratch = try Scratch()
        store = try scratch.store("store")
        cache = try scratch.store("cache")
    }

    private func line(_ settings: ArtifactClient.Settings = ArtifactClient.Settings()) -> Line {
        Line(client: ArtifactClient(cache: cache, settings: settings), server: ArtifactServer(store: store))
    }

    private func published(_ count: Int) throws -> ArtifactReference {
        let (path, _) = try scratch.file(content(count))
        return try store.insert(fileAt: path, role: "checkpoint")
    }

    private func fetched(_ artifact: ArtifactReference) throws -> ArtifactClient.Event {
        .fetched(sha256: artifact.sha256, path: cache.path(of: try digest(artifact)))
    }

    private func chunks(_ frames: [[UInt8]]) -> [WireChunk] {
        frames.compactMap { try? WireArtifactReply(serializedBytes: $0).chunk }
    }

    @Test(arguments: [0, 1, 1000, chunk, 2 * chunk + 1, 12 * chunk + 17])
    func filesArriveInBothDirections(count: Int) throws {
        let bytes = content(count)
        let (path, artifact) = try scratch.file(bytes)
        var line = line()
        line.client.upload(artifact, fileAt: path)
        #expect(line.run() == [.uploaded(sha256: artifact.sha256)])
        #expect(try stored(digest(artifact), in: store) == bytes)
        line.client.fetch(artifact)
        #expect(try line.run() == [fetched(artifact)])
        #expect(try stored(digest(artifact), in: cache) == bytes)
        #expect(line.client.isIdle && line.client.deadline == nil)
    }

    @Test func whatIsInTheCacheIsNotTransferredUnlessItIsDamaged() throws {
        let artifact = try published(1000)
        var line = line()
        line.client.fetch(artifact)
        #expect(try line.run() == [fetched(artifact)])
        line.client.fetch(artifact)
        #expect(line.client.tick(at: line.now) == [])
        #expect(try line.client.takeEvents() == [fetched(artifact)])
        try Data([1]).write(to: URL(fileURLWithPath: cache.path(of: digest(artifact))))
        line.client.fetch(artifact)
        #expect(try line.run() == [fetched(artifact)])
        try cache.verify(digest(artifact))
    }

    @Test func askingTwiceIsAskingOnce() throws {
        let artifact = try published(1000)
        var line = line()
        line.client.fetch(artifact)
        line.client.fetch(artifact)
        #expect(line.client.tick(at: line.now).count == 1)
        line.now += .seconds(2)
        #expect(try line.run() == [fetched(artifact)])
        #expect(line.client.isIdle)
    }

    /// Every seed another network: a third of the frames is lost, a third doubled, all are shuffled.
    @Test(arguments: 0..<8) func lossRepetitionAndReorderingOnlyTakeTime(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        func disturb(_ frames: [[UInt8]]) -> [[UInt8]] {
            var frames = frames.flatMap { frame -> [[UInt8]] in
                switch generator.next() % 3 {
                case 0: []
                case 1: [frame, frame]
                default: [frame]
                }
            }
            frames.shuffle(using: &generator)
            return frames
        }
        let (path, up) = try scratch.file(content(5 * chunk + 3), "up")
        let down = try published(6 * chunk + 5)
        var line = line()
        line.toServer = disturb
        line.toClient = disturb
        line.client.upload(up, fileAt: path)
        line.client.fetch(down)
        var events: [ArtifactClient.Event] = []
        for _ in 0..<5000 where events.count < 2 {
            line.exchange(.milliseconds(200))
            events += line.client.takeEvents()
        }
        #expect(try Set(events) == [.uploaded(sha256: up.sha256), fetched(down)])
        try store.verify(digest(up))
        try cache.verify(digest(down))
    }

    /// Refused because of the content alone: undamaged, the same line delivers.
    @Test(arguments: [true, false]) func aDamagedChunkFailsAndLeavesNothing(isDamaged: Bool) throws {
        let artifact = try published(3 * chunk)
        var line = line()
        line.toClient = { frames in
            frames.map { frame in
                guard isDamaged, var reply = try? WireArtifactReply(serializedBytes: frame),
                    reply.chunk.offset == UInt64(chunk)
                else { return frame }
                reply.chunk.data[77] ^= 1
                return (try? reply.serializedBytes()) ?? []
            }
        }
        line.client.fetch(artifact)
        let event = try #require(line.run().first)
        if isDamaged {
            guard case .failed(artifact.sha256, let message, _) = event else {
                Issue.record("\(event)")
                return
            }
            #expect(message.contains("not the promised content"))
        } else {
            #expect(try event == fetched(artifact))
        }
        #expect(try cache.contains(digest(artifact)) == !isDamaged)
        #expect(try names(in: "\(cache.directory)/incoming") == [])
    }

    @Test func aDownloadGoesOnWhereItStopped() throws {
        let artifact = try published(20 * chunk)
        var line = line()
        line.client.fetch(artifact)
        line.exchange()
        // A new process: only the partial file is left.
        line = self.line()
        var asked: [UInt64] = []
        line.toServer = { frames in
            asked += frames.compactMap { try? WireArtifactRequest(serializedBytes: $0).get.offset }
            return frames
        }
        line.client.fetch(artifact)
        #expect(try line.run() == [fetched(artifact)])
        #expect(asked == (8..<20).map { UInt64($0 * chunk) })
        try cache.verify(digest(artifact))
    }

    @Test func aDamagedRemainderIsFetchedAnew() throws {
        let artifact = try published(2 * chunk)
        try Data([UInt8](repeating: 0, count: chunk + 5))
            .write(to: URL(fileURLWithPath: "\(cache.directory)/incoming/\(artifact.sha256).part"))
        var line = line()
        line.client.fetch(artifact)
        #expect(try line.run() == [fetched(artifact)])
        try cache.verify(digest(artifact))
    }

    @Test func aReconnectionAsksAgainAtOnce() throws {
        let artifact = try published(10)
        let line = line()
        line.client.fetch(artifact)
        #expect(line.client.tick(at: line.now).count == 1)
        #expect(line.client.tick(at: line.now + .milliseconds(100)) == [])
        line.client.reconnected(at: line.now + .milliseconds(200))
        #expect(line.client.tick(at: line.now + .milliseconds(200)).count == 1)
    }

    @Test func repetitionsBackOffAndEndInAFailure() throws {
        var line = line()
        line.toServer = { _ in [] }
        let artifact = try published(10)
        line.client.fetch(artifact)
        let start = line.now
        var times: [Int64] = []
        var events: [ArtifactClient.Event] = []
        while events.isEmpty {
            if !line.client.tick(at: line.now).isEmpty { times.append(start.duration(to: line.now).components.seconds) }
            events = line.client.takeEvents()
            line.now += .seconds(1)
        }
        #expect(times == [0, 2, 6, 14, 30, 60, 90, 120, 150, 180, 210, 240, 270])
        guard case .failed(artifact.sha256, let message, _) = events[0] else {
            Issue.record("\(events)")
            return
        }
        #expect(message.contains("no answer from the coordinator for 300 s"))
    }

    @Test func anUploadWaitsForRoom() throws {
        var limits = ArtifactServer.Limits()
        limits.uploads = 0
        let (path, artifact) = try scratch.file(content(100))
        let client = ArtifactClient(cache: cache)
        var full = Line(client: client, server: ArtifactServer(store: store, limits: limits))
        client.upload(artifact, fileAt: path)
        #expect(full.run(step: .seconds(1), rounds: 400) == [], "waiting is not failing")
        var roomy = Line(client: client, server: ArtifactServer(store: store), now: full.now)
        #expect(roomy.run(step: .seconds(1), rounds: 100) == [.uploaded(sha256: artifact.sha256)])
    }

    /// Neither window is ever exceeded, whatever the other end says.
    @Test func windowsAreRespected() throws {
        let artifact = try published(40 * chunk)
        let client = ArtifactClient(cache: cache)
        client.fetch(artifact)
        #expect(client.tick(at: .now).count == 8)
        #expect(client.tick(at: .now).isEmpty)

        let (path, up) = try scratch.file(content(40 * chunk), "up")
        let uploader = ArtifactClient(cache: cache)
        uploader.upload(up, fileAt: path)
        #expect(uploader.tick(at: .now).count == 1, "the offer")
        var reply = WireArtifactReply()
        reply.protocolVersion = WireProtocol.version
        reply.credit = .with {
            $0.sha256 = up.sha256
            $0.limit = UInt64(2 * chunk)
        }
        uploader.handle(try reply.serializedBytes(), at: .now)
        #expect(uploader.tick(at: .now).count == 2)
        #expect(uploader.tick(at: .now).isEmpty)
        reply.credit.limit = UInt64(40 * chunk)
        uploader.handle(try reply.serializedBytes(), at: .now)
        #expect(uploader.tick(at: .now).count == 6, "eight in all")
    }

    @Test func manyTransfersTakeTurns() throws {
        let artifacts = try (1...9).map { try published($0) }
        var line = line()
        for artifact in artifacts { line.client.fetch(artifact) }
        #expect(line.client.tick(at: line.now).count == 4)
        line.now += .seconds(2)
        var events: Set<ArtifactClient.Event> = []
        for _ in 0..<10 { events.formUnion(line.run(rounds: 10)) }
        #expect(try events == Set(artifacts.map(fetched)))
    }

    @Test func badRequestsFailAtOnce() throws {
        let client = ArtifactClient(cache: cache)
        client.fetch(ArtifactReference(role: "checkpoint", sha256: "../../etc/passwd", size: 1))
        client.fetch(ArtifactReference(role: "checkpoint", sha256: String(repeating: "a", count: 64), size: .max))
        #expect(client.tick(at: .now) == [])
        let messages = client.takeEvents().map { if case .failed(_, let message, _) = $0 { message } else { "" } }
        #expect(messages.count == 2 && !messages.contains(""))
        #expect(client.isIdle)
    }

    @Test func whatTheCoordinatorLacksFails() throws {
        var line = line()
        let artifact = reference([1, 2, 3])
        line.client.fetch(artifact)
        guard case .failed(artifact.sha256, let message, isLost: false) = line.run().first else {
            Issue.record("should fail")
            return
        }
        #expect(message.contains("no artifact"))
    }

    @Test func aFileThatChangedAfterItWasAnnouncedIsRefused() throws {
        let (path, _) = try scratch.file([1, 2, 4])
        var line = line()
        line.client.upload(reference([1, 2, 3]), fileAt: path)
        guard case .failed(_, let message, isLost: true) = line.run().first else {
            Issue.record("should fail")
            return
        }
        #expect(message.contains("not the promised content"))
        #expect(try names(in: "\(store.directory)/incoming") == [])
    }

    @Test(arguments: ["missing", "shorter", "other content"])
    func aLostFileIsNotUploadedUnlessTheCoordinatorHasItAnyway(kind: String) throws {
        let bytes = content(1000)
        let artifact = reference(bytes)
        let path = "\(scratch.path)/lost"
        switch kind {
        case "shorter": _ = try scratch.file(Array(bytes.dropLast()), "lost")
        case "other content": _ = try scratch.file(bytes.reversed(), "lost")
        default: break
        }
        var line = line()
        line.client.upload(artifact, fileAt: path)
        guard case .failed(artifact.sha256, _, isLost: true) = line.run().first else {
            Issue.record("should fail")
            return
        }
        #expect(try !store.contains(digest(artifact)))
        _ = try store.insert(fileAt: scratch.file(bytes).path, role: "checkpoint")
        line.client.upload(artifact, fileAt: path)
        #expect(line.run() == [.uploaded(sha256: artifact.sha256)])
    }

    @Test func aRefusalIsNotTheFilesFault() throws {
        let (path, artifact) = try scratch.file([1, 2, 3])
        var limits = ArtifactServer.Limits()
        limits.size = 2
        var line = Line(client: ArtifactClient(cache: cache), server: ArtifactServer(store: store, limits: limits))
        line.client.upload(artifact, fileAt: path)
        guard case .failed(artifact.sha256, _, isLost: false) = line.run().first else {
            Issue.record("should fail")
            return
        }
    }

    @Test func garbageFromTheCoordinatorIsIgnored() throws {
        let artifact = try published(10)
        var line = line()
        line.client.fetch(artifact)
        _ = line.client.tick(at: line.now)
        line.client.handle([255, 0, 255], at: line.now)
        line.client.handle([], at: line.now)
        line.now += .seconds(2)
        #expect(try line.run() == [fetched(artifact)])
    }

    /// Two clients on one cache: the second waits for the first, then finds the file.
    @Test func twoWorkersMayShareACache() throws {
        let artifact = try published(20 * chunk)
        var first = line()
        var second = line()
        first.client.fetch(artifact)
        second.client.fetch(artifact)
        first.exchange()
        #expect(second.client.tick(at: second.now) == [])
        #expect(try first.run() == [fetched(artifact)])
        #expect(try second.run(step: .seconds(1)) == [fetched(artifact)])
        try cache.verify(digest(artifact))
    }
}
