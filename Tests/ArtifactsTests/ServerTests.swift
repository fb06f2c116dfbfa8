import Artifacts
import Foundation
import Sweep
import SwiftProtobuf
import Testing
import Wire

/// What the coordinator's end says to honest, lost, late and hostile peers.
@Suite struct ServerTests {
    private let scratch: Scratch
    private let store: ArtifactStore
    private let server: ArtifactServer
    private let now = ContinuousClock.now
    private let peer: [UInt8] = [0, 1, 2, 3, 4]

    init() throws {
        scratch = try Scratch()
        store = try scratch.store("store")
        server = ArtifactServer(store: store)
    }

    private func ask(
        _ request: WireArtifactRequest, peer: [UInt8]? = nil, of other: ArtifactServer? = nil
    ) -> WireArtifactReply.OneOf_Body? {
        (other ?? server).handle(request, from: peer ?? self.peer, at: now).first?.body
    }

    private func isRefused(_ body: WireArtifactReply.OneOf_Body?) -> Bool {
        if case .refused(let refused) = body { !refused.message.isEmpty } else { false }
    }

    private func received(_ body: WireArtifactReply.OneOf_Body?) -> UInt64? {
        if case .credit(let credit) = body { credit.received } else { nil }
    }

    private var partialFiles: [String] { get throws { try names(in: "\(store.directory)/incoming") } }

    @Test func hostileRequestsAreRefused() throws {
        let (path, artifact) = try scratch.file([1, 2, 3])
        try store.insert(fileAt: path, role: "checkpoint")
        let known = artifact.sha256
        let unknown = String(repeating: "0", count: 64)
        let requests: [(String, WireArtifactRequest)] = [
            ("nothing", WireArtifactRequest(nil)),
            ("a path", get("../../../../etc/passwd", 0, 10)),
            ("an absolute path", offer("/etc/passwd", 10)),
            ("upper case", get(known.uppercased(), 0, 10)),
            ("a long name", put(String(repeating: "a", count: 1 << 20), 0, [1])),
            ("an unknown artifact", get(unknown, 0, 10)),
            ("no bytes", get(known, 0, 0)),
            ("too many bytes", get(known, 0, UInt32(chunk) + 1)),
            ("very many bytes", get(known, 0, .max)),
            ("an offset past the end", get(known, 4, 1)),
            ("the largest offset", get(known, .max, 1)),
            ("a huge artifact", offer(unknown, (16 << 30) + 1)),
            ("the largest artifact", offer(unknown, .max)),
            ("another version", WireArtifactRequest(version: 2, get(known, 0, 1).body)),
            ("no version", WireArtifactRequest(version: 0, get(known, 0, 1).body)),
        ]
        for (name, request) in requests { #expect(isRefused(ask(request)), "\(name)") }
        #expect(server.handle(frame: [255, 255, 255], from: peer, at: now).count == 1)
        #expect(try partialFiles == [])
        for case .refused(let refused) in requests.map({ ask($0.1) }) { #expect(refused.sha256.count <= 64) }
    }

    @Test func chunksThatDoNotFitAreRefused() throws {
        let bytes = content(100)
        let sha256 = reference(bytes).sha256
        #expect(received(ask(offer(sha256, 100))) == 0)
        let requests: [(UInt64, [UInt8])] = [
            (0, []), (0, content(101)), (100, [1]), (101, []), (.max, [1]), (0, content(chunk + 1)),
        ]
        for (offset, bytes) in requests { #expect(isRefused(ask(put(sha256, offset, bytes))), "\(offset)") }
        #expect(ask(put(sha256, 0, bytes)) == .stored(.with { $0.sha256 = sha256 }), "the upload itself goes on")
    }

    @Test func piecesAreServedFromAnyOffset() throws {
        let bytes = content(chunk + 10)
        let (path, artifact) = try scratch.file(bytes)
        try store.insert(fileAt: path, role: "checkpoint")
        for (offset, length) in [(0, chunk), (chunk, chunk), (5, 3), (chunk + 10, 1), (chunk + 9, 100)] {
            guard case .chunk(let reply) = ask(get(artifact.sha256, UInt64(offset), UInt32(length))) else {
                Issue.record("no chunk at \(offset)")
                continue
            }
            #expect(Array(reply.data) == Array(bytes[offset..<min(offset + length, bytes.count)]))
            #expect(reply.size == UInt64(bytes.count) && reply.offset == UInt64(offset))
        }
    }

    /// Refused because of the content alone: the same bytes under their own name are taken.
    @Test func damagedContentIsRefusedAndDeleted() throws {
        let promised = reference(content(5000))
        var bytes = content(5000)
        bytes[4321] ^= 4
        for (artifact, isTaken) in [(promised, false), (reference(bytes), true)] {
            #expect(received(ask(offer(artifact.sha256, 5000))) == 0)
            let reply = ask(put(artifact.sha256, 0, bytes))
            #expect(isRefused(reply) == !isTaken)
            #expect(try store.contains(digest(artifact)) == isTaken)
            #expect(try partialFiles == [])
        }
    }

    @Test(arguments: [0, 1, chunk, 2 * chunk]) func anUploadReplacesAFileOfAnotherSize(count: Int) throws {
        let bytes = content(chunk + 5)
        let artifact = reference(bytes)
        _ = try store.insert(fileAt: scratch.file(bytes).path, role: "checkpoint")
        try Data(content(count)).write(to: URL(fileURLWithPath: store.path(of: digest(artifact))))
        #expect(received(ask(offer(artifact.sha256, UInt64(bytes.count)))) == 0)
        #expect(received(ask(put(artifact.sha256, 0, Array(bytes.prefix(chunk))))) == UInt64(chunk))
        let end = ask(put(artifact.sha256, UInt64(chunk), Array(bytes.dropFirst(chunk))))
        if case .stored = end {} else { Issue.record("not stored: \(String(describing: end))") }
        #expect(try stored(digest(artifact), in: store) == bytes)
        // A sound one is not sent again.
        let again = ask(offer(artifact.sha256, UInt64(bytes.count)))
        if case .stored = again {} else { Issue.record("not stored: \(String(describing: again))") }
    }

    @Test func aStoreThatIsDeletedUnderWayTakesUploadsAgain() throws {
        try FileManager.default.removeItem(atPath: store.directory)
        let artifact = reference([1, 2, 3])
        #expect(received(ask(offer(artifact.sha256, 3))) == 0)
        _ = ask(put(artifact.sha256, 0, [1, 2, 3]))
        #expect(try stored(digest(artifact), in: store) == [1, 2, 3])
    }

    @Test func repeatedAndReorderedChunksDoNoHarm() throws {
        let bytes = content(300)
        let sha256 = reference(bytes).sha256
        #expect(received(ask(offer(sha256, 300))) == 0)
        let first = put(sha256, 0, Array(bytes[0..<100]))
        let second = put(sha256, 100, Array(bytes[100..<200]))
        let third = put(sha256, 200, Array(bytes[200..<300]))
        #expect(received(ask(second)) == 0)
        #expect(received(ask(first)) == 100)
        #expect(received(ask(first)) == 100)
        #expect(received(ask(third)) == 100)
        #expect(received(ask(second)) == 200)
        #expect(ask(third) == .stored(.with { $0.sha256 = sha256 }))
        #expect(ask(third) == .stored(.with { $0.sha256 = sha256 }), "late repetitions hear that it is done")
        #expect(try stored(digest(reference(bytes)), in: store) == bytes)
    }

    @Test func twoPeersUploadingOneFileContinueOneAnother() throws {
        let bytes = content(200)
        let sha256 = reference(bytes).sha256
        #expect(received(ask(offer(sha256, 200))) == 0)
        #expect(received(ask(put(sha256, 0, Array(bytes[0..<100])))) == 100)
        #expect(received(ask(offer(sha256, 200), peer: [0, 9])) == 100)
        #expect(isRefused(ask(offer(sha256, 201), peer: [0, 9])), "with another size it cannot be the same file")
        #expect(ask(put(sha256, 100, Array(bytes[100..<200])), peer: [0, 9]) == .stored(.with { $0.sha256 = sha256 }))
        #expect(ask(put(sha256, 0, Array(bytes[0..<100]))) == .stored(.with { $0.sha256 = sha256 }))
        #expect(ask(offer(sha256, 200)) == .stored(.with { $0.sha256 = sha256 }))
    }

    /// Who sent only the good half is not refused for the bad one.
    @Test func anotherPeersDamageStartsTheUploadAnew() throws {
        let bytes = content(200)
        let sha256 = reference(bytes).sha256
        #expect(received(ask(offer(sha256, 200))) == 0)
        #expect(received(ask(put(sha256, 0, [UInt8](repeating: 0, count: 100)))) == 100)
        let reply = ask(put(sha256, 100, Array(bytes[100..<200])), peer: [0, 9])
        #expect(reply == .credit(.with { $0.sha256 = sha256 }), "no credit: offer it again")
        #expect(received(ask(offer(sha256, 200), peer: [0, 9])) == 0)
        #expect(ask(put(sha256, 0, bytes), peer: [0, 9]) == .stored(.with { $0.sha256 = sha256 }))
    }

    @Test func creditStaysAheadOfWhatIsWritten() throws {
        let size = UInt64(20 * chunk)
        let sha256 = String(repeating: "1", count: 64)
        guard case .credit(let first) = ask(offer(sha256, size)) else { throw POSIXError(.EIO) }
        #expect(first.limit == UInt64(8 * chunk))
        guard case .credit(let second) = ask(put(sha256, 0, content(chunk))) else { throw POSIXError(.EIO) }
        #expect(second.received == UInt64(chunk) && second.limit == UInt64(9 * chunk))
        #expect(received(ask(put(sha256, UInt64(19 * chunk), content(chunk)))) == UInt64(chunk), "not written")
    }

    @Test func aFullHouseMakesOffersWait() throws {
        var limits = ArtifactServer.Limits()
        limits.uploads = 3
        limits.uploadsPerPeer = 2
        limits.idle = .seconds(60)
        let server = ArtifactServer(store: store, limits: limits)
        let offers = (1...5).map { offer(String(repeating: "\($0)", count: 64), 10) }
        func limit(_ index: Int, _ peer: [UInt8]) -> UInt64? {
            guard case .credit(let credit) = ask(offers[index], peer: peer, of: server) else { return nil }
            return credit.limit
        }
        #expect(limit(0, [1]) == 10)
        #expect(limit(1, [1]) == 10)
        #expect(limit(2, [1]) == 0, "one peer's share")
        #expect(limit(2, [2]) == 10)
        #expect(limit(3, [3]) == 0, "the whole house")
        server.tick(at: now + .seconds(59))
        #expect(server.uploadsUnderWay == 3)
        server.tick(at: now + .seconds(60))
        #expect(server.uploadsUnderWay == 0)
        #expect(try partialFiles == [])
        #expect(limit(3, [3]) == 10)
    }

    @Test func anInterruptedUploadGoesOnAfterARestart() throws {
        let bytes = content(300)
        let artifact = reference(bytes)
        do {
            let former = ArtifactServer(store: store)
            #expect(received(ask(offer(artifact.sha256, 300), of: former)) == 0)
            #expect(received(ask(put(artifact.sha256, 0, Array(bytes[0..<123])), of: former)) == 123)
        }
        #expect(received(ask(put(artifact.sha256, 123, Array(bytes[123...])))) == 0, "unknown: offer it again")
        #expect(received(ask(offer(artifact.sha256, 300))) == 123)
        let last = ask(put(artifact.sha256, 123, Array(bytes[123...])))
        #expect(last == .stored(.with { $0.sha256 = artifact.sha256 }))
    }

    /// A power cut may leave zeros where bytes were.
    @Test func aDamagedRemainderOfAnUploadIsStartedAnewNotBlamedOnTheSender() throws {
        let bytes = content(300)
        let artifact = reference(bytes)
        try Data([UInt8](repeating: 0, count: 123))
            .write(to: URL(fileURLWithPath: "\(store.directory)/incoming/\(artifact.sha256).part"))
        #expect(received(ask(offer(artifact.sha256, 300))) == 123)
        #expect(received(ask(put(artifact.sha256, 123, Array(bytes[123...])))) == 0)
        #expect(received(ask(offer(artifact.sha256, 300))) == 0)
        #expect(ask(put(artifact.sha256, 0, bytes)) == .stored(.with { $0.sha256 = artifact.sha256 }))
    }
}
