internal import Foundation
internal import Wire

// The messages of artifact transfer, in the shortest way to say them.

extension WireArtifactRequest {
    /// The artifact it is about; empty for an empty request.
    var sha256: String {
        switch body {
        case .get(let get): get.sha256
        case .offer(let offer): offer.sha256
        case .put(let put): put.sha256
        case nil: ""
        }
    }

    private init(_ body: OneOf_Body) {
        self.init()
        protocolVersion = WireProtocol.version
        self.body = body
    }

    static func get(_ sha256: String, offset: UInt64, length: Int) -> WireArtifactRequest {
        var get = WireGetChunk()
        get.sha256 = sha256
        get.offset = offset
        get.length = UInt32(length)
        return WireArtifactRequest(.get(get))
    }

    static func offer(_ sha256: String, size: UInt64) -> WireArtifactRequest {
        var offer = WireOfferArtifact()
        offer.sha256 = sha256
        offer.size = size
        return WireArtifactRequest(.offer(offer))
    }

    static func put(_ sha256: String, offset: UInt64, _ bytes: [UInt8]) -> WireArtifactRequest {
        var put = WirePutChunk()
        put.sha256 = sha256
        put.offset = offset
        put.data = Data(bytes)
        return WireArtifactRequest(.put(put))
    }
}

extension WireArtifactReply {
    private init(_ body: OneOf_Body) {
        self.init()
        protocolVersion = WireProtocol.version
        self.body = body
    }

    static func chunk(_ sha256: String, offset: UInt64, size: UInt64, _ bytes: [UInt8]) -> WireArtifactReply {
        var chunk = WireChunk()
        chunk.sha256 = sha256
        chunk.offset = offset
        chunk.size = size
        chunk.data = Data(bytes)
        return WireArtifactReply(.chunk(chunk))
    }

    static func credit(_ sha256: String, received: UInt64, limit: UInt64) -> WireArtifactReply {
        var credit = WirePutCredit()
        credit.sha256 = sha256
        credit.received = received
        credit.limit = limit
        return WireArtifactReply(.credit(credit))
    }

    static func stored(_ sha256: String) -> WireArtifactReply {
        var stored = WireArtifactStored()
        stored.sha256 = sha256
        return WireArtifactReply(.stored(stored))
    }

    /// A peer's malformed name is not echoed beyond the length of a good one.
    static func refused(_ sha256: String, _ message: String) -> WireArtifactReply {
        var refused = WireArtifactRefused()
        refused.sha256 = String(sha256.prefix(64))
        refused.message = message
        return WireArtifactReply(.refused(refused))
    }
}
