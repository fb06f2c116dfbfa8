internal import Foundation
internal import Glibc
internal import Sweep
internal import Wire

/// An artifact on its way into the cache: keeps a window of chunk requests under way, writes them in order.
final class Download: Transfer {
    let artifact: ArtifactReference
    private let digest: ArtifactDigest
    private let cache: ArtifactStore
    private let window: Int
    private var file: PartialFile?
    /// Where the next request starts.
    private var next: UInt64 = 0
    /// Lengths of the chunks asked for, by offset.
    private var expected: [UInt64: Int] = [:]
    /// Chunks that overtook another, at most a window of them.
    private var early: [UInt64: [UInt8]] = [:]

    init(_ artifact: ArtifactReference, digest: ArtifactDigest, cache: ArtifactStore, window: Int) {
        self.artifact = artifact
        self.digest = digest
        self.cache = cache
        self.window = window
    }

    func begin() throws(ArtifactError) -> ArtifactClient.Event? {
        if cache.contains(digest) {
            do throws(ArtifactError) {
                try cache.verify(digest)
                return fetched
            } catch  where error.code == .corrupt {
                try cache.remove(digest)
            }
        }
        let file = try cache.partial(digest, size: artifact.size)
        self.file = file
        next = file.received
        if file.isComplete, artifact.size > 0, case .finished(let event) = try finish(file) { return event }
        return nil
    }

    func requests() -> [WireArtifactRequest] {
        var requests: [WireArtifactRequest] = []
        // An empty file has one chunk too: it tells that the coordinator knows it.
        while expected.count + early.count < window, next < artifact.size || (artifact.size == 0 && expected.isEmpty) {
            let length = Int(min(UInt64(WireProtocol.chunk), artifact.size - next))
            expected[next] = length
            requests.append(.get(artifact.sha256, offset: next, length: max(length, 1)))
            next += UInt64(length)
        }
        return requests
    }

    func restart() {
        expected = [:]
        early = [:]
        next = file?.received ?? 0
    }

    func handle(_ body: WireArtifactReply.OneOf_Body) throws(ArtifactError) -> TransferProgress {
        guard case .chunk(let chunk) = body, let file, let length = expected[chunk.offset] else { return .none }
        guard chunk.size == artifact.size, chunk.data.count == length else {
            throw ArtifactError(
                code: .corrupt, path: "artifact \(digest)",
                message: "the coordinator holds \(chunk.size) bytes where \(artifact.size) were promised, and sent "
                    + "\(chunk.data.count) of \(length) asked for; its store needs checking")
        }
        expected[chunk.offset] = nil
        early[chunk.offset] = Array(chunk.data)
        while let bytes = early.removeValue(forKey: file.received) {
            try file.append(bytes)
            if bytes.isEmpty { break }
        }
        return file.isComplete ? try finish(file) : .advanced
    }

    var hasLostItsSource: Bool { false }

    func abandon() {
        file?.discard()
    }

    private var fetched: ArtifactClient.Event {
        .fetched(sha256: artifact.sha256, path: cache.path(of: digest))
    }

    private func finish(_ file: PartialFile) throws(ArtifactError) -> TransferProgress {
        self.file = nil
        do throws(ArtifactError) {
            try file.finish(as: digest, in: cache)
            return .finished(fetched)
        } catch  where error.code == .corrupt && file.isResumed {
            // What lay here before may be to blame: once more, from the start.
            self.file = try cache.partial(digest, size: artifact.size)
            restart()
            return .advanced
        }
    }
}
