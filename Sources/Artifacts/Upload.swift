internal import Foundation
internal import Glibc
internal import Sweep
internal import Wire

/// An artifact on its way to the coordinator: offered first, then sent as far as the coordinator's credit goes.
final class Upload: Transfer {
    let artifact: ArtifactReference
    private let path: String
    private let window: Int
    private var file: OpenFile?
    private var isOfferSent = false
    /// Until the offer is answered nobody knows where to start.
    private var isOffering = true
    private var next: UInt64 = 0
    private var limit: UInt64 = 0
    private var acknowledged: UInt64 = 0

    init(_ artifact: ArtifactReference, fileAt path: String, window: Int) {
        self.artifact = artifact
        self.path = path
        self.window = window
    }

    /// The offer needs no file: the coordinator may have the artifact although it is lost here.
    func begin() -> ArtifactClient.Event? { nil }

    func requests() throws(ArtifactError) -> [WireArtifactRequest] {
        if isOffering {
            if isOfferSent { return [] }
            isOfferSent = true
            return [.offer(artifact.sha256, size: artifact.size)]
        }
        var requests: [WireArtifactRequest] = []
        while next < limit {
            let file = try opened()
            let bytes = try file.read(at: next, count: Int(min(UInt64(WireProtocol.chunk), limit - next)))
            guard !bytes.isEmpty else {
                throw ArtifactError(code: .corrupt, path: path, message: "became shorter while it was uploaded")
            }
            requests.append(.put(artifact.sha256, offset: next, bytes))
            next += UInt64(bytes.count)
        }
        return requests
    }

    func restart() {
        isOffering = true
        isOfferSent = false
    }

    func handle(_ body: WireArtifactReply.OneOf_Body) throws(ArtifactError) -> TransferProgress {
        switch body {
        case .stored: return .finished(.uploaded(sha256: artifact.sha256))
        case .credit(let credit): return take(credit)
        default: return .none
        }
    }

    var hasLostItsSource: Bool {
        do throws(ArtifactError) {
            return try OpenFile(path, O_RDONLY | O_NONBLOCK).digest() != artifact.digest
        } catch {
            return error.code == .notFound
        }
    }

    func abandon() {}

    private func opened() throws(ArtifactError) -> OpenFile {
        if let file { return file }
        let file = try OpenFile(path, O_RDONLY | O_NONBLOCK)
        let size = try file.size
        guard size == artifact.size else {
            throw ArtifactError(
                code: .corrupt, path: path,
                message: "has \(size) bytes, not the \(artifact.size) it was announced with; it changed since")
        }
        self.file = file
        return file
    }

    private func take(_ credit: WirePutCredit) -> TransferProgress {
        guard credit.received <= credit.limit, credit.limit <= artifact.size else { return .none }
        if credit.limit == credit.received {
            // No room, or the coordinator forgot us: offer again, when the pacing says so.
            isOffering = true
            return .waiting
        }
        let isNews = isOffering || credit.received > acknowledged
        if isOffering { next = credit.received }
        isOffering = false
        acknowledged = max(acknowledged, credit.received)
        limit = min(credit.limit, credit.received + UInt64(window) * UInt64(WireProtocol.chunk))
        return isNews ? .advanced : .none
    }
}
