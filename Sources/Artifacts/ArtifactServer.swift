internal import Foundation
internal import SwiftProtobuf
package import Wire

/// The coordinator's end of artifact transfer: bytes of chunks in and out of an ``ArtifactStore``.
///
/// Holds no socket: its owner's loop gives it requests and sends its replies. Whatever a peer sends, the worst it gets
/// is a refusal. Chunks of one artifact may come from any number of peers, for its content decides, not its sender: two
/// workers uploading the same file, or one that reconnected, simply continue one another.
package final class ArtifactServer {
    /// What peers may ask for.
    package struct Limits: Sendable {
        /// Bytes of one artifact.
        package var size: UInt64 = 16 << 30
        /// Artifacts being received at once; further offers wait.
        package var uploads = 64
        /// Of them, those that one peer began.
        package var uploadsPerPeer = 16
        /// Chunks a peer may send ahead of what has been written.
        package var credit = 8
        /// An upload without a chunk for this long is given up and its partial file deleted.
        package var idle: Duration = .seconds(600)

        package init() {}
    }

    private struct Upload {
        let file: PartialFile
        /// Who began it.
        let peer: [UInt8]
        /// Whether all of its bytes came from that peer, now: then it alone is to blame for wrong ones.
        var isPure: Bool
        var touched: ContinuousClock.Instant
    }

    private let store: ArtifactStore
    private let limits: Limits
    private var uploads: [ArtifactDigest: Upload] = [:]

    /// Also deletes partial files that no upload has touched for a day.
    package init(store: ArtifactStore, limits: Limits = Limits()) {
        self.store = store
        self.limits = limits
        store.removeAbandoned(olderThan: .seconds(86400))
    }

    /// Artifacts being received now.
    package var uploadsUnderWay: Int { uploads.count }

    /// Answers one frame as it came from the socket; garbage gets a refusal.
    package func handle(
        frame: [UInt8], from peer: [UInt8], at now: ContinuousClock.Instant
    ) -> [[UInt8]] {
        let request = (try? WireArtifactRequest(serializedBytes: frame)) ?? WireArtifactRequest()
        return handle(request, from: peer, at: now).compactMap { try? $0.serializedBytes() }
    }

    /// Answers one request of a peer, known by its routing id.
    package func handle(
        _ request: WireArtifactRequest, from peer: [UInt8], at now: ContinuousClock.Instant
    ) -> [WireArtifactReply] {
        guard request.protocolVersion == WireProtocol.version else {
            return [
                .refused(
                    request.sha256,
                    "this coordinator speaks protocol version \(WireProtocol.version), not "
                        + "\(request.protocolVersion); install the same version of Espalier on both ends")
            ]
        }
        guard let digest = ArtifactDigest(hex: request.sha256) else {
            return [.refused(request.sha256, "an artifact is named by 64 lower-case hexadecimal digits")]
        }
        do throws(ArtifactError) {
            switch request.body {
            case .get(let get): return [try chunk(digest, get)]
            case .offer(let offer): return [try begin(digest, size: offer.size, peer: peer, now: now)]
            case .put(let put): return [try receive(digest, put, peer: peer, now: now)]
            case nil: return [.refused(digest.hex, "the request is empty")]
            }
        } catch {
            return [.refused(digest.hex, error.description)]
        }
    }

    /// Gives up uploads that went quiet; call it every few seconds.
    package func tick(at now: ContinuousClock.Instant) {
        for (digest, upload) in uploads where upload.touched + limits.idle <= now {
            drop(digest)
        }
    }

    // MARK: - Requests

    private func chunk(_ digest: ArtifactDigest, _ get: WireGetChunk) throws(ArtifactError) -> WireArtifactReply {
        guard store.contains(digest) else {
            return .refused(digest.hex, "the coordinator has no artifact \(digest) any more; its stage runs again")
        }
        guard (1...WireProtocol.chunk).contains(Int(get.length)) else {
            return .refused(digest.hex, "a chunk has 1 to \(WireProtocol.chunk) bytes, not \(get.length)")
        }
        let (bytes, size) = try store.read(digest, at: get.offset, count: Int(get.length))
        guard get.offset <= size else {
            return .refused(digest.hex, "offset \(get.offset) lies behind the end, \(size)")
        }
        return .chunk(digest.hex, offset: get.offset, size: size, bytes)
    }

    private func begin(
        _ digest: ArtifactDigest, size: UInt64, peer: [UInt8], now: ContinuousClock.Instant
    ) throws(ArtifactError) -> WireArtifactReply {
        // One of another size is a ruin, which the upload replaces.
        if store.size(of: digest) == size { return .stored(digest.hex) }
        guard size <= limits.size else {
            return .refused(
                digest.hex, "\(size) bytes are more than an artifact may have here, \(limits.size); raise the limit")
        }
        if let upload = uploads[digest] {
            guard upload.file.size == size else {
                return .refused(digest.hex, "it is being uploaded with another size, \(upload.file.size) bytes")
            }
            return credit(digest, upload.file)
        }
        let isFull =
            uploads.count >= limits.uploads || uploads.values.count { $0.peer == peer } >= limits.uploadsPerPeer
        if isFull { return .credit(digest.hex, received: 0, limit: 0) }
        do throws(ArtifactError) {
            let file = try store.partial(digest, size: size)
            uploads[digest] = Upload(file: file, peer: peer, isPure: !file.isResumed, touched: now)
        } catch  where error.code == .busy {
            return .credit(digest.hex, received: 0, limit: 0)
        }
        return try proceed(digest)
    }

    private func receive(
        _ digest: ArtifactDigest, _ put: WirePutChunk, peer: [UInt8], now: ContinuousClock.Instant
    ) throws(ArtifactError) -> WireArtifactReply {
        guard let file = uploads[digest]?.file else {
            // Too late, or after a restart: without credit the sender offers the file again.
            return store.contains(digest) ? .stored(digest.hex) : .credit(digest.hex, received: 0, limit: 0)
        }
        guard (1...WireProtocol.chunk).contains(put.data.count), put.offset <= file.size,
            UInt64(put.data.count) <= file.size - put.offset
        else {
            return .refused(
                digest.hex, "a chunk of \(put.data.count) bytes at \(put.offset) does not fit a file of \(file.size)")
        }
        uploads[digest]?.touched = now
        // A repeated chunk is known, one behind a gap will be sent again: both senders learn where to go on.
        guard put.offset == file.received else { return credit(digest, file) }
        if uploads[digest]?.peer != peer { uploads[digest]?.isPure = false }
        do throws(ArtifactError) {
            try file.append(Array(put.data))
        } catch {
            drop(digest)
            throw error
        }
        return try proceed(digest)
    }

    /// Stores a file that is complete, else asks for more.
    private func proceed(_ digest: ArtifactDigest) throws(ArtifactError) -> WireArtifactReply {
        guard let upload = uploads[digest] else { return .credit(digest.hex, received: 0, limit: 0) }
        guard upload.file.isComplete else { return credit(digest, upload.file) }
        uploads[digest] = nil
        do throws(ArtifactError) {
            try upload.file.finish(as: digest, in: store)
            return .stored(digest.hex)
        } catch  where error.code == .corrupt && !upload.isPure {
            // Another's bytes may be to blame: without credit this peer offers the file again, and begins at zero.
            return .credit(digest.hex, received: 0, limit: 0)
        }
    }

    private func credit(_ digest: ArtifactDigest, _ file: PartialFile) -> WireArtifactReply {
        let ahead = UInt64(limits.credit) * UInt64(WireProtocol.chunk)
        return .credit(digest.hex, received: file.received, limit: min(file.size, file.received + ahead))
    }

    private func drop(_ digest: ArtifactDigest) {
        uploads.removeValue(forKey: digest)?.file.discard()
    }
}
