import EspalierTestKit
import Foundation
import Sweep
import SwiftProtobuf
import Testing
import Wire
import ZeroMQ

/// Who may not take part is told so on both sides, and nobody reads what is said between those who may.
@Suite(.serialized, .timeLimit(.minutes(2))) struct SecurityTests {
    @Test("a key the coordinator never made")
    func unknownKey() async throws {
        try await withCluster { cluster in
            try await withCluster { other in
                try await cluster.startCoordinator()
                try await other.espalier("keys", "add", "worker", "stranger")
                // The other coordinator's worker, told to trust this one.
                var key = try KeyFile.load("\(other.state)/keys/stranger.key")
                key.coordinatorKey = try KeyFile.load("\(cluster.state)/coordinator.key").publicKey
                try key.write(to: cluster.directory.appendingPathComponent("stranger.key").path)

                let worker = try await cluster.startWorker("stranger")
                #expect(await worker.ended() == 1)
                #expect(worker.log.contains("does not accept the key in \(cluster.directory.path)/stranger.key"))
                #expect(worker.log.contains("make one with 'espalier keys add worker stranger'"))
                try await cluster.coordinator?.said("connection refused: the key is not one of this coordinator's")
                try await cluster.coordinator?.said(key.publicKey)
            }
        }
    }

    @Test("a key revoked before its worker connects")
    func revokedBefore() async throws {
        try await withCluster { cluster in
            try await cluster.startCoordinator()
            let path = cluster.directory.appendingPathComponent("ada.key").path
            try await cluster.espalier("keys", "add", "worker", "ada", "--out", path)
            try await cluster.espalier("keys", "revoke", "ada")
            let worker = try await cluster.startWorker("ada")
            #expect(await worker.ended() == 1)
            #expect(worker.log.contains("does not accept the key in \(path): it is unknown there or was revoked"))
            try await cluster.coordinator?.said("connection refused: the key 'ada' was revoked")
        }
    }

    @Test("a key revoked while its worker runs a stage: the worker leaves, the stage runs elsewhere")
    func revokedInMidStage() async throws {
        try await withCluster { cluster in
            let log = cluster.directory.appendingPathComponent("engine.log")
            try await cluster.startCoordinator("--lease", "30", "--heartbeat", "0.2")
            let victim = try await cluster.startWorker("victim")
            let sweep = try await cluster.submit(
                SampleSweep.fake(log: log, steps: 10, milliseconds: 100, methods: ["random"]))
            try await victim.said("stage started")
            try await cluster.espalier("keys", "revoke", "victim")
            #expect(await victim.ended() == 1)
            let stage = try #require(EngineLog(log).stages("run").last)
            #expect(victim.log.contains("'victim' was revoked; ask"))
            try await cluster.coordinator?.said("key revoked")
            #expect(!EngineLog(log).stages("done").contains(stage))

            try await cluster.startWorker("other", slots: 2)
            try await cluster.espalier("watch", sweep)
            #expect(EngineLog(log).stages("done").contains(stage))
            let rows = try await cluster.report(sweep, file: "results.csv").split(whereSeparator: \.isNewline)
            #expect(try #require(rows.first { $0.contains(stage) }).contains("other"))
        }
    }

    @Test("a viewer's key cancels nothing, whether a coordinator runs or not", arguments: [true, false])
    func viewersCancelNothing(isRunning: Bool) async throws {
        try await withCluster { cluster in
            try await cluster.startCoordinator()
            let sweep = try await cluster.submit("\(BadInput.good)methods: [random]")
            let path = cluster.directory.appendingPathComponent("eve.key").path
            try await cluster.espalier("keys", "add", "viewer", "eve", "--out", path)
            if !isRunning { try await cluster.stopCoordinator(SIGTERM) }
            let cancel = ["cancel", sweep, "--state", cluster.state]
            let byOption = try Program(cancel + ["--key", path])
            #expect(await byOption.ended() == 1)
            let byVariable = try Program(cancel, environment: ["ESPALIER_KEY": path])
            #expect(await byVariable.ended() == 1)
            #expect(byOption.log.contains("viewer") && byVariable.log == byOption.log, "\(byOption.log)")
            #expect(try await cluster.status(sweep).state == "running")
            // The same command with the operator's key.
            #expect(await (try Program(cancel)).ended() == 0)
            #expect(try await cluster.status(sweep).state == "cancelled")
        }
    }

    @Test("no key at all")
    func noKey() async throws {
        try await withCluster { cluster in
            try await cluster.startCoordinator()
            let peer = try Peer(.plain, at: cluster.endpoints().control)
            try await peer.handshakeFailed()
            try await cluster.coordinator?.said("connection refused: the other end has no key")
            try await peer.close()
        }
    }

    @Test("another protocol version")
    func anotherProtocolVersion() async throws {
        try await withCluster { cluster in
            try await cluster.startCoordinator()
            let key = try KeyFile.load("\(cluster.state)/operator.key")
            let peer = try Peer(
                .client(key.keypair, server: key.coordinator), at: cluster.endpoints().control,
                saying: .with {
                    $0.protocolVersion = WireProtocol.version + 1
                    $0.list = WireListSweeps()
                })
            let refused = try await peer.refused()
            #expect(refused.reason == .protocolVersion)
            let sentence = "this coordinator speaks protocol version 1, the other end 2; run the same version"
            #expect(refused.message.contains(sentence))
            try await cluster.coordinator?.said(sentence)
            try await peer.close()
        }
    }

    // MARK: - On the wire

    @Test("nothing on the wire is readable: neither names, keys and methods nor what checkpoints begin with")
    func nothingIsReadable() async throws {
        try await withCluster { cluster in
            let yaml = """
                name: quince-orchard
                network: lenet-300-100
                dataset: digits
                seeds: [0]
                training: {epochs: 1, batch-size: 128, warm-up: 0}
                retrain: {epochs: 1}
                sparsities: [0.5]
                methods: [magnitude-global]
                """
            let plan = try Plan(SweepFile(yaml: yaml, fileName: "quince.yaml"))
            let secrets =
                ["quince-orchard", "magnitude-global", "lenet-300-100", "\"dtype\"", "\"data_offsets\""]
                + plan.stages.map(\.key.hex)

            try await cluster.startCoordinator()
            let (control, artifacts) = try cluster.tapped()
            defer { for tap in [control, artifacts] { tap.close() } }
            let endpoint = "tcp://\(Cluster.tapAddress):\(control.port)"
            try await cluster.startWorker("node-1", engine: "espalier-engine", at: endpoint)
            let file = cluster.directory.appendingPathComponent("quince.yaml")
            try yaml.write(to: file, atomically: true, encoding: .utf8)
            try await cluster.espalier("submit", file.path, "--watch", "--coordinator", endpoint)
            let out = cluster.directory.appendingPathComponent("report")
            try await cluster.espalier("report", "--out", out.path, "--coordinator", endpoint)

            // What was said and moved, in clear: here the same search finds every word.
            let checkpoints = try cluster.storedArtifacts()
            #expect(!checkpoints.isEmpty)
            var clear = try Array(Data(contentsOf: out.appendingPathComponent("results.csv")))
            clear += try WireSubmit.with { $0.yaml = yaml }.frame
            clear += checkpoints.joined()
            #expect(secrets.filter { !contains(clear, $0) } == [])

            for (tap, least) in [(control, 2000), (artifacts, checkpoints.map(\.count).max() ?? 0)] {
                let bytes = tap.bytes
                #expect(bytes.count > least, "the tap saw what it should")
                #expect(contains(bytes, "CURVE"), "the greeting is in clear, and is found")
                #expect(secrets.filter { contains(bytes, $0) } == [])
            }
        }
    }

    private func contains(_ bytes: [UInt8], _ text: String) -> Bool {
        Data(bytes).range(of: Data(text.utf8)) != nil
    }
}

extension Cluster {
    /// Another loopback address: there the taps can have the coordinator's own ports, as its welcome names only a port.
    fileprivate static let tapAddress = "127.0.0.2"

    /// Taps of both sockets of the coordinator that runs.
    fileprivate func tapped() throws -> (control: WireTap, artifacts: WireTap) {
        func tap(_ endpoint: String) throws -> WireTap {
            let port = try #require(endpoint.split(separator: ":").last.flatMap { Int($0) })
            return try WireTap(target: port, address: Self.tapAddress, port: port)
        }
        let endpoints = try endpoints()
        return (try tap(endpoints.control), try tap(endpoints.artifacts))
    }

    /// The content of every file the coordinator keeps.
    fileprivate func storedArtifacts() throws -> [[UInt8]] {
        let root = URL(fileURLWithPath: state + "/artifacts")
        return try FileManager.default.subpathsOfDirectory(atPath: root.path).compactMap { path in
            let file = root.appendingPathComponent(path)
            let isFile = try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile ?? false
            return isFile ? try [UInt8](Data(contentsOf: file)) : nil
        }
    }
}

/// The other end of a control connection, with whatever key and message a test gives it.
private final class Peer: Sendable {
    private let reactor: Reactor
    private let replies: AsyncStream<WireFromCoordinator>
    private let events: AsyncStream<SocketEvent>

    struct NothingCame: Error {}

    init(_ security: Security, at endpoint: String, saying message: WireToCoordinator? = nil) throws {
        let frame = try message?.frame
        let reactor = try Reactor(name: "test-peer")
        let (replies, reply) = AsyncStream.makeStream(of: WireFromCoordinator.self)
        let (events, event) = AsyncStream.makeStream(of: SocketEvent.self)
        reactor.start { loop in
            defer {
                reply.finish()
                event.finish()
            }
            let socket = try loop.dealer(connect: endpoint, .dealer(security))
            while !loop.isStopping {
                try loop.wait(for: [socket], until: nil)
                for news in socket.events() {
                    event.yield(news)
                    if news == .handshakeSucceeded, let frame { _ = try socket.send([frame]) }
                }
                while let message = try socket.receive() {
                    reply.yield(try WireFromCoordinator(frame: message.parts[0]))
                }
            }
        }
        (self.reactor, self.replies, self.events) = (reactor, replies, events)
    }

    func refused() async throws -> WireRefused {
        for await reply in replies { if case .refused(let refused) = reply.body { return refused } }
        throw NothingCame()
    }

    func handshakeFailed() async throws {
        for await event in events { if case .handshakeFailed = event { return } }
        throw NothingCame()
    }

    func close() async throws {
        reactor.stop()
        try await reactor.join()
    }
}
