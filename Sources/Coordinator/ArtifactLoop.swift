internal import Artifacts
internal import Logging
internal import Scheduling
internal import SwiftProtobuf
internal import Wire
internal import ZeroMQ

/// Moves artifacts on a reactor of its own, so that hashing and writing gigabytes never delays a heartbeat.
///
/// Any authorised key may read; workers and operators may write. What is written is kept under its own hash.
final class ArtifactLoop {
    /// Chunks are a mebibyte: few a turn, so that stopping is prompt.
    private static let budget = 16

    private let parts: CoordinatorParts
    private let loop: Loop
    private let socket: Socket
    private let server: ArtifactServer

    init(_ parts: CoordinatorParts, loop: Loop) throws {
        self.parts = parts
        self.loop = loop
        let keys = parts.keys
        try loop.authenticate { key, _, _ in keys.admit(key) }
        socket = try loop.router(bind: parts.artifactEndpoint, .router(.server(parts.keypair, domain: "artifacts")))
        server = ArtifactServer(store: parts.artifacts)
    }

    var endpoint: String { socket.boundEndpoint }
    var port: Int { socket.boundPort }

    func run() throws {
        while !loop.isStopping {
            try loop.wait(for: [socket], until: loop.now + .seconds(10))
            // A list that cannot be read is the control loop's to complain about; the keys known before stay in force.
            try? parts.keys.refresh()
            for _ in 0..<Self.budget {
                guard let message = try socket.receive() else { break }
                try receive(message)
            }
            _ = socket.events()
            server.tick(at: loop.now)
        }
    }

    private func receive(_ message: ReceivedMessage) throws {
        guard message.parts.count == 2, let peer = message.parts.first else { return }
        guard let userID = message.userID, let key = parts.keys.holder(of: userID) else {
            return try refuse(message, "this key was revoked; ask for a new key file, made by 'espalier keys add'")
        }
        guard let request = try? WireArtifactRequest(serializedBytes: message.parts[1]) else {
            return try refuse(message, "the message is malformed")
        }
        guard key.role != .viewer || request.isReading else {
            return try refuse(message, "the key '\(key.name)' is a viewer's and may not store artifacts")
        }
        for reply in server.handle(request, from: peer, at: loop.now) { try send(reply, to: peer) }
    }

    private func refuse(_ message: ReceivedMessage, _ sentence: String) throws {
        parts.logger.warning(
            "artifact request refused",
            metadata: [
                "peer.key": "\(message.userID.flatMap(parts.keys.known)?.name ?? "unknown")",
                "peer.address": "\(message.address ?? "unknown")", "refusal.message": "\(sentence)",
            ])
        let reply = WireArtifactReply.with {
            $0.protocolVersion = WireProtocol.version
            $0.refused = .with { $0.message = sentence }
        }
        try send(reply, to: message.parts[0])
    }

    /// A reply that cannot be delivered is dropped: the other end asks again.
    private func send(_ reply: WireArtifactReply, to peer: [UInt8]) throws {
        _ = try socket.send([peer, try reply.serializedBytes()])
    }
}

extension WireArtifactRequest {
    fileprivate var isReading: Bool {
        if case .get = body { true } else { false }
    }
}
