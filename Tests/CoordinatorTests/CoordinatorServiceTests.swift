import Artifacts
import Foundation
import GRDB
import Report
import Scheduling
import Store
import Sweep
import SwiftProtobuf
import Testing
import Wire
import ZeroMQ

@testable import Coordinator

@Suite(.timeLimit(.minutes(1))) struct CoordinatorServiceTests {
    let fixture: Fixture
    init() throws { fixture = try Fixture() }

    @Test func aSweepFromSubmissionToResults() async throws {
        try await fixture.withCoordinator { service, endpoints, client in
            let worker = try ScriptedWorker(try fixture.key("ada"), endpoints.control)
            try worker.hello()
            let welcome = try await worker.welcome()
            #expect(welcome.coordinatorEpoch == 1)
            #expect(endpoints.artifacts.hasSuffix(":\(welcome.artifactPort)"))
            try worker.heartbeat(credit: 4)

            let submitted = try await client.submit(yaml: sweepYAML, fileName: "small.yaml")
            #expect(submitted.sweep == "small")
            #expect([submitted.tasks, submitted.stages, submitted.cached] == [2, 3, 0])

            let dense = try await worker.lease()
            #expect(dense.epoch == 1)
            #expect(StageKey(hashing: dense.stage).hex == dense.stageKey)
            #expect(try Stage(canonicalJSON: dense.stage).kind == .train)
            let checkpoint = try store("the dense network", in: service)
            try worker.result(of: dense, artifacts: [checkpoint])
            #expect(try await worker.ack().verdict == "accepted")

            try worker.heartbeat(credit: 4)
            for lease in [try await worker.lease(), try await worker.lease()] {
                #expect(lease.inputs.map(\.sha256) == [checkpoint.sha256])
                #expect(lease.sweep == "small")
                try worker.result(of: lease, accuracy: 0.8)
                #expect(try await worker.ack().verdict == "accepted")
            }

            let status = try await client.status(of: "last")
            #expect(status.version == "1.2.3")
            #expect(status.sweeps.map(\.state) == ["finished"])
            #expect(status.sweeps.map(\.tasksDone) == [2])
            #expect(status.workers.map(\.name) == ["ada"])
            let results = try await client.results(of: "small")
            #expect(results.state == "finished")
            #expect(results.yaml == sweepYAML)
            #expect(results.finishedAt >= results.submittedAt)
            #expect(results.rows.map(\.evaluation.worker) == ["ada", "ada"])
            #expect(results.rows.map { $0.evaluation.outcome?.measures["test_accuracy"] } == [0.8, 0.8])
            #expect(results.dense.map(\.evaluation.state) == [.measured])

            let error = await #expect(throws: OperatorError.self) { try await client.cancel("small") }
            #expect(error?.code == .failed)
            #expect(error?.message == "the sweep 'small' is finished already; there is nothing to cancel")

            // The same file again, but for a comment, is the same sweep and finished at once; another one is not.
            let again = try await client.submit(yaml: "# again\n\(sweepYAML)", fileName: "small.yaml")
            #expect(again.sweep == "small")
            #expect(again.cached == 3)
            let fewer = sweepYAML.replacing("[0.5, 0.9]", with: "[0.5]")
            #expect(try await client.submit(yaml: fewer, fileName: "small.yaml").sweep == "small-2")
            let list = try await client.sweeps()
            #expect(list.map(\.id) == ["small", "small-2"])
            #expect(list.map(\.state) == ["finished", "finished"])
            #expect(list.map(\.stagesCached) == [3, 2])
            try await worker.close()
        }
    }

    /// Its results would be stored under a key that any version of the engine has.
    @Test func anEngineComesWithItsFiles() async throws {
        let yaml = """
            {name: own, network: mine, dataset: mine, seeds: 1, sparsities: [0.5], methods: [mine], engine: [sh, e.sh]}
            """
        let digest = StageKey(hashing: "content").hex
        try await fixture.withCoordinator { service, endpoints, client in
            for files in [
                nil, EngineFiles(command: [], digests: [:]), EngineFiles(command: ["sh"], digests: [:]),
                EngineFiles(command: ["sh", "/x/e.sh"], digests: ["e": digest]),
                EngineFiles(command: ["sh", "/x/e.sh"], digests: ["e.sh": "edited"]),
            ] {
                let error = await #expect(throws: OperatorError.self) {
                    try await client.submit(yaml: yaml, fileName: "own.yaml", engine: files)
                }
                #expect(error?.code == .invalid)
            }
            let worker = try ScriptedWorker(try fixture.key("ada"), endpoints.control)
            try worker.hello()
            _ = try await worker.welcome()
            try worker.heartbeat(credit: 1)
            let files = EngineFiles(command: ["sh", "/x/e.sh"], digests: ["e.sh": digest])
            let first = try await client.submit(yaml: yaml, fileName: "own.yaml", engine: files)
            #expect(first.engineChanges == [])
            let lease = try await worker.lease()
            #expect(lease.engine == ["sh", "/x/e.sh"])
            let engine = try Stage(canonicalJSON: lease.stage).engine
            #expect(engine == OwnEngine(command: ["sh", "e.sh"], digests: ["e.sh": digest]))

            let edited = EngineFiles(command: ["sh", "/x/e.sh"], digests: ["e.sh": StageKey(hashing: "edited").hex])
            #expect(
                try await client.submit(yaml: yaml, fileName: "own.yaml", engine: edited).engineChanges == ["e.sh"])
            try await worker.close()
        }
    }

    @Test func aResultWaitsForItsArtifacts() async throws {
        try await fixture.withCoordinator { service, endpoints, client in
            let (worker, lease) = try await leasedWorker(endpoints, client)
            let content = "weights"
            let absent = ArtifactReference(
                role: "checkpoint", sha256: StageKey(hashing: content).hex, size: UInt64(content.utf8.count))
            try worker.result(of: lease, artifacts: [absent])
            #expect(try await worker.untilHeartbeat().isEmpty)
            #expect(try store(content, in: service) == absent)
            var wrongSize = absent
            wrongSize.size += 1
            try worker.result(of: lease, artifacts: [wrongSize])
            #expect(try await worker.untilHeartbeat().isEmpty)
            try worker.result(of: lease, artifacts: [absent])
            #expect(try await worker.ack().verdict == "accepted")
            try await worker.close()
        }
    }

    @Test func aFailureIsReportedWithTheEnginesLastLines() async throws {
        try await fixture.withCoordinator { _, endpoints, client in
            var (worker, lease) = try await leasedWorker(endpoints, client)
            let failure = WireStageFailure.with {
                $0.stageKey = lease.stageKey
                $0.cause = .invalidStage
                $0.message = "the engine refused the stage"
                $0.evidence = String(repeating: "loading\n", count: 5000) + "ValueError: no such layer"
            }
            // The second is the last attempt.
            for attempt in 1...2 {
                var failure = failure
                failure.epoch = lease.epoch
                try worker.send(.failure(failure))
                _ = try await worker.untilHeartbeat()
                guard attempt == 1 else { continue }
                try worker.heartbeat(credit: 1)
                lease = try await worker.lease()
            }
            let dense = try #require(try await client.results(of: "small").dense.first?.evaluation)
            #expect(dense.state == .failed && dense.note == "the engine refused the stage")
            let evidence = try #require(dense.evidence)
            #expect(evidence.hasSuffix("loading\nValueError: no such layer") && evidence.count <= 4096)
            try await worker.close()
        }
    }

    @Test func aRepeatedResultIsAcknowledgedAgainAndAnotherIsAReplica() async throws {
        try await fixture.withCoordinator { service, endpoints, client in
            let (worker, first) = try await leasedWorker(endpoints, client)
            let release = WireStageRelease.with {
                $0.stageKey = first.stageKey
                $0.epoch = first.epoch
            }
            try worker.send(.release(release))
            try worker.heartbeat(credit: 1)
            let lease = try await worker.lease()
            #expect(lease.stageKey == first.stageKey)
            #expect(lease.epoch == first.epoch + 1)
            for _ in 0..<3 { try worker.result(of: lease) }
            for _ in 0..<3 { #expect(try await worker.ack().verdict == "accepted") }
            try worker.result(of: first, accuracy: 0.1)
            #expect(try await worker.ack().verdict == "replica")
            let outcome = try service.parts.store.load().stages[try #require(StageKey(hex: lease.stageKey))]?.outcome
            #expect(outcome?.measures["test_accuracy"] == 0.9)
            try await worker.close()
        }
    }

    @Test func cancellingRevokesWhatRuns() async throws {
        try await fixture.withCoordinator { _, endpoints, client in
            let (worker, lease) = try await leasedWorker(endpoints, client)
            #expect(try await client.cancel("small").sweep == "small")
            let revoked = try await worker.next { if case .revoke(let revoke) = $0 { revoke } else { nil } }
            #expect(revoked.stageKey == lease.stageKey)
            #expect(try await client.sweeps().map(\.state) == ["cancelled"])
            try await worker.close()
        }
    }

    @Test func aBadSweepFileIsAnsweredWithAllItsFaults() async throws {
        try await fixture.withCoordinator { _, _, client in
            let yaml = "network: lenet-300\ndataset: digits\nmethods: [magic]\n"
            let error = await #expect(throws: OperatorError.self) {
                try await client.submit(yaml: yaml, fileName: "bad.yaml")
            }
            #expect(error?.code == .invalid)
            #expect(error?.message.contains("bad.yaml:1:") == true)
            #expect(error?.message.contains("bad.yaml:3:") == true)
            let sweeps = try await client.sweeps()
            #expect(sweeps.isEmpty)
        }
    }

    @Test func anUnknownSweepIsNamed() async throws {
        try await fixture.withCoordinator { _, _, client in
            var error = await #expect(throws: OperatorError.self) { try await client.results(of: "last") }
            #expect(error?.message.contains("no sweep was submitted yet") == true)
            _ = try await client.submit(yaml: sweepYAML, fileName: "s.yaml")
            error = await #expect(throws: OperatorError.self) { try await client.cancel("smal") }
            #expect(error?.code == .invalid)
            #expect(error?.message.contains("no sweep 'smal'; the latest are: small") == true)
        }
    }

    // MARK: - Restart

    @Test func aRestartResumes() async throws {
        let key = try fixture.key("ada")
        let (finished, running) = try await fixture.withCoordinator { _, endpoints, client in
            let (worker, dense) = try await leasedWorker(endpoints, client, key)
            try worker.result(of: dense)
            _ = try await worker.ack()
            try worker.heartbeat(credit: 1)
            let running = try await worker.lease()
            try await worker.close()
            return (dense, running)
        }
        try await fixture.withCoordinator { _, endpoints, client in
            let worker = try ScriptedWorker(key, endpoints.control)
            try worker.heartbeat(credit: 4)
            _ = try await worker.next { if case .helloAgain = $0 { true } else { nil } }
            try worker.hello(running: [running])
            let welcome = try await worker.welcome()
            #expect(welcome.coordinatorEpoch == 2)
            #expect(welcome.dropped.isEmpty)
            // Only the third stage is new: the first is finished, the second goes on under the same epoch.
            try worker.heartbeat(credit: 3, running: [running])
            let third = try await worker.lease()
            #expect(![finished.stageKey, running.stageKey].contains(third.stageKey))
            #expect(try await worker.untilHeartbeat().isEmpty)
            try worker.result(of: running)
            #expect(try await worker.ack().verdict == "accepted")
            try worker.result(of: third)
            #expect(try await worker.ack().verdict == "accepted")
            #expect(try await client.sweeps().map(\.state) == ["finished"])
            try await worker.close()
        }
    }

    // MARK: - Durability

    /// The database refuses results: the result must not be acknowledged and the coordinator must say why it stops.
    /// With a sound database, the same conversation ends in an acknowledgement.
    @Test(arguments: [true, false]) func nothingIsAcknowledgedBeforeItIsDurable(isBroken: Bool) async throws {
        let service = try CoordinatorService(fixture.configuration)
        let endpoints = try await service.start()
        let client = try OperatorClient(keyFile: try fixture.operatorKey, endpoint: endpoints.control)
        let (worker, lease) = try await leasedWorker(endpoints, client)
        if isBroken {
            var configuration = Configuration()
            configuration.busyMode = .timeout(5)
            let saboteur = try DatabaseQueue(path: fixture.directory.database, configuration: configuration)
            try await saboteur.write {
                try $0.execute(
                    sql: "CREATE TRIGGER broken BEFORE INSERT ON result BEGIN SELECT RAISE(ABORT, 'no room'); END")
            }
            try saboteur.close()
        }
        try worker.result(of: lease)
        if isBroken {
            let error = await #expect(throws: StoreError.self) { try await service.join() }
            #expect(error?.message.contains("no room") == true)
            try await worker.close()
            await #expect(throws: NothingCame.self) { try await worker.ack() }
            #expect(fixture.directory.endpoints == nil)
        } else {
            #expect(try await worker.ack().verdict == "accepted")
            try await worker.close()
            service.stop()
            try await service.join()
        }
        await client.close()
    }

    // MARK: - Pieces

    /// A worker that holds the lease on the dense network of the sample sweep.
    private func leasedWorker(
        _ endpoints: Endpoints, _ client: OperatorClient, _ key: KeyFile? = nil
    ) async throws -> (ScriptedWorker, WireLease) {
        let worker = try ScriptedWorker(try key ?? fixture.key("ada"), endpoints.control)
        try worker.hello()
        try await worker.welcome()
        try worker.heartbeat(credit: 1)
        _ = try await client.submit(yaml: sweepYAML, fileName: "small.yaml")
        return (worker, try await worker.lease())
    }

    private func store(_ content: String, in service: CoordinatorService) throws -> ArtifactReference {
        let path = fixture.path + "/\(UUID().uuidString)"
        try Data(content.utf8).write(to: URL(fileURLWithPath: path))
        return try service.parts.artifacts.insert(fileAt: path, role: "checkpoint")
    }
}
