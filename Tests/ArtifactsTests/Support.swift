import Artifacts
import Crypto
import Foundation
import Glibc
import Sweep
import SwiftProtobuf
import Testing
import Wire

/// A directory that is removed with the test.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "espalier-artifacts-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func store(_ name: String) throws -> ArtifactStore { try ArtifactStore(directory: "\(path)/\(name)") }

    /// Writes a file and says what it is called.
    func file(_ bytes: [UInt8], _ name: String = "file") throws -> (path: String, artifact: ArtifactReference) {
        let file = "\(path)/\(name)"
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return (file, reference(bytes))
    }
}

func reference(_ bytes: [UInt8]) -> ArtifactReference {
    let hex = SHA256.hash(data: bytes).hexadecimal
    return ArtifactReference(role: "checkpoint", sha256: hex, size: UInt64(bytes.count))
}

func digest(_ artifact: ArtifactReference) throws -> ArtifactDigest { try #require(artifact.digest) }

/// Bytes whose period no chunk boundary can hide behind.
func content(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count { bytes += period.prefix(count - bytes.count) }
    return bytes
}

/// A prime number of them.
private let period: [UInt8] = {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return (0..<100_003).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
    }
}()

func names(in directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
}

func stored(_ digest: ArtifactDigest, in store: ArtifactStore) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: store.path(of: digest))))
}

/// A client and a server with frames passed by hand, through whatever the test puts between them.
struct Line {
    let client: ArtifactClient
    let server: ArtifactServer
    var now = ContinuousClock.now
    /// What the network makes of the frames of one direction.
    var toServer: ([[UInt8]]) -> [[UInt8]] = { $0 }
    var toClient: ([[UInt8]]) -> [[UInt8]] = { $0 }

    /// One exchange, after `step` of virtual time.
    mutating func exchange(_ step: Duration = .milliseconds(10)) {
        now += step
        let replies = toServer(client.tick(at: now)).flatMap { server.handle(frame: $0, from: [0, 1], at: now) }
        for reply in toClient(replies) { client.handle(reply, at: now) }
    }

    /// Exchanges until something ended.
    mutating func run(step: Duration = .milliseconds(10), rounds: Int = 10_000) -> [ArtifactClient.Event] {
        for _ in 0..<rounds {
            exchange(step)
            let events = client.takeEvents()
            if !events.isEmpty { return events }
        }
        return []
    }
}

extension WireArtifactRequest {
    init(version: UInt32 = WireProtocol.version, _ body: OneOf_Body?) {
        self.init()
        protocolVersion = version
        self.body = body
    }
}

func get(_ sha256: String, _ offset: UInt64, _ length: UInt32) -> WireArtifactRequest {
    var get = WireGetChunk()
    get.sha256 = sha256
    get.offset = offset
    get.length = length
    return WireArtifactRequest(.get(get))
}

func offer(_ sha256: String, _ size: UInt64) -> WireArtifactRequest {
    var offer = WireOfferArtifact()
    offer.sha256 = sha256
    offer.size = size
    return WireArtifactRequest(.offer(offer))
}

func put(_ sha256: String, _ offset: UInt64, _ bytes: [UInt8]) -> WireArtifactRequest {
    var put = WirePutChunk()
    put.sha256 = sha256
    put.offset = offset
    put.data = Data(bytes)
    return WireArtifactRequest(.put(put))
}

let chunk = WireProtocol.chunk
