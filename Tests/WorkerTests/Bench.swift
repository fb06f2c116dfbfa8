import Artifacts
import Foundation
import Logging
import Scheduling
import Sweep
import Testing
import Wire
import Worker
import ZeroMQ

/// One worker and the scripted coordinators it talks to, in a directory of their own.
struct Bench {
    let directory: String
    let coordinatorKeys: CurveKeypair
    let workerKeys: CurveKeypair
    let store: ArtifactStore

    var keyPath: String { "\(directory)/worker.key" }
    var spool: String { "\(directory)/spool" }
    var log: String { "\(directory)/engine.log" }

    init() throws {
        directory = NSTemporaryDirectory() + "espalier-worker-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        coordinatorKeys = try CurveKeypair.generate()
        workerKeys = try CurveKeypair.generate()
        store = try ArtifactStore(directory: "\(directory)/store")
        try KeyFile(role: .worker, name: "bench-1", keypair: workerKeys, coordinator: coordinatorKeys.publicKey)
            .write(to: keyPath)
    }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }

    func coordinator(
        port: Int = 0, admits: CurveKey? = nil, habits: ScriptedCoordinator.Habits = .init()
    ) async throws -> ScriptedCoordinator {
        try await ScriptedCoordinator(
            keypair: coordinatorKeys, admits: admits ?? workerKeys.publicKey, store: store, port: port, habits: habits)
    }

    /// The fake engine's executable lies beside the test's own.
    func worker(at endpoint: String, engine: [String] = [], slots: Int = 1) throws -> WorkerService {
        var configuration = try WorkerConfiguration(coordinator: endpoint, keyPath: keyPath)
        configuration.slots = slots
        configuration.spoolDirectory = spool
        configuration.engine = ["espalier-fake-engine", "--log", log] + engine
        var settings = WorkerSession.Settings()
        settings.shortestBackOff = .milliseconds(50)
        settings.longestBackOff = .milliseconds(500)
        settings.resend = .milliseconds(400)
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        return try WorkerService(configuration, logger: logger, settings: settings)
    }

    /// Runs the body with the worker at work, then ends the worker and returns how it ended.
    @discardableResult
    func working(_ worker: WorkerService, _ body: () async throws -> Void) async throws -> WorkerExit {
        async let exit = worker.run()
        do {
            try await body()
        } catch {
            worker.drain()
            worker.drain()
            _ = try? await exit
            throw error
        }
        worker.drain()
        worker.drain()
        return try await exit
    }

    var spooled: [String] { (try? FileManager.default.contentsOfDirectory(atPath: "\(spool)/results")) ?? [] }

    /// Lines of the engines' log that begin with the word.
    func logged(_ word: String) -> [String] {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init).filter { $0.hasPrefix(word) }
    }
}

extension Stage {
    static func example(seed: Int = 0) -> Stage {
        Stage(
            kind: .train, network: "lenet-300-100",
            dataset: DatasetReference(name: "digits", digest: "d", validation: 0.1), seed: seed, threads: 1,
            training: Training(
                optimizer: .sgd, learningRate: 0.1, momentum: 0.9, weightDecay: 0, batchSize: 32, epochs: 2,
                schedule: .constant, warmUp: 0))
    }
}

extension ScriptedCoordinator {
    /// Leases the stage and returns its key.
    @discardableResult
    func lease(_ stage: Stage, epoch: UInt64 = 1, engine: [String] = [], inputs: [WireArtifact] = []) throws -> String {
        let json = try stage.canonicalJSON
        let key = StageKey(hashing: json).hex
        say {
            $0.lease.stageKey = key
            $0.lease.epoch = epoch
            $0.lease.stage = json
            $0.lease.engine = engine
            $0.lease.inputs = inputs
        }
        return key
    }

    func acknowledge(_ result: WireStageResult) {
        say {
            $0.resultAck.stageKey = result.stageKey
            $0.resultAck.epoch = result.epoch
            $0.resultAck.verdict = "accepted"
        }
    }
}
