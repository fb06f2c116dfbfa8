import Artifacts
import Foundation
import Sweep
import Testing
import Wire
import Worker
import ZeroMQ

@Suite(.timeLimit(.minutes(1))) struct WorkerConversation {
    @Test func fromHelloToTheAcknowledgedResult() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let coordinator = try await bench.coordinator()
        let worker = try bench.worker(at: coordinator.endpoint, engine: ["--steps", "4", "--milliseconds", "300"])
        try await bench.working(worker) {
            let hello = try await coordinator.hello()
            #expect(hello.worker == "bench-1" && hello.slots == 1 && hello.devices == ["cpu"] && hello.running.isEmpty)
            #expect(try await coordinator.heartbeat().credit == 1)

            let key = try coordinator.lease(.example())
            let busy = try await coordinator.heartbeat { $0.running.first?.progress.step ?? 0 > 0 }
            #expect(busy.credit == 0 && busy.running.first?.stageKey == key && busy.running.first?.epoch == 1)
            #expect(busy.running.first?.progress.totalSteps == 4)

            let result = try await coordinator.result()
            #expect(result.stageKey == key && result.outcome.status == "ok")
            let checkpoint = try #require(result.outcome.artifacts.first)
            #expect(checkpoint.role == "checkpoint" && checkpoint.path.isEmpty)
            #expect(bench.store.contains(try #require(ArtifactDigest(hex: checkpoint.sha256))))
            #expect(bench.spooled.count == 1)

            coordinator.acknowledge(result)
            let free = try await coordinator.heartbeat { $0.running.isEmpty }
            #expect(free.credit == 1)
            #expect(bench.spooled.isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(bench.spool)/stages").isEmpty)
        }
        try await coordinator.stop()
    }

    @Test func oneEngineProcessServesOneStageAfterTheOther() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let coordinator = try await bench.coordinator(habits: .init(acknowledgesResults: true))
        let worker = try bench.worker(at: coordinator.endpoint)
        try await bench.working(worker) {
            for seed in 0..<3 {
                _ = try await coordinator.heartbeat { $0.credit == 1 }
                let key = try coordinator.lease(.example(seed: seed))
                #expect(try await coordinator.result().stageKey == key)
            }
        }
        #expect(Set(bench.logged("run").compactMap { $0.split(separator: " ").last }).count == 1)
        try await coordinator.stop()
    }

    @Test func aParentsCheckpointIsFetchedAndGivenToTheEngine() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let file = "\(bench.directory)/parent"
        try Data("a parent's checkpoint".utf8).write(to: URL(fileURLWithPath: file))
        let parent = try bench.store.insert(fileAt: file, role: "checkpoint")
        let input = WireArtifact(parent)
        let coordinator = try await bench.coordinator()
        let worker = try bench.worker(at: coordinator.endpoint)
        try await bench.working(worker) {
            _ = try await coordinator.heartbeat()
            try coordinator.lease(.example(), inputs: [input])
            let withParent = try await coordinator.result()
            coordinator.acknowledge(withParent)
            _ = try await coordinator.heartbeat { $0.running.isEmpty }
            try coordinator.lease(.example(seed: 1))
            let without = try await coordinator.result()
            // The fake engine's checkpoint depends on its parent's content.
            #expect(withParent.outcome.artifacts.first?.sha256 != without.outcome.artifacts.first?.sha256)
        }
        try await coordinator.stop()
    }

    @Test func aResultIsSentUntilItIsAcknowledged() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let coordinator = try await bench.coordinator()
        let worker = try bench.worker(at: coordinator.endpoint)
        try await bench.working(worker) {
            _ = try await coordinator.heartbeat()
            try coordinator.lease(.example())
            let first = try await coordinator.result()
            let second = try await coordinator.result()
            #expect(first == second)
        }
        #expect(bench.spooled.count == 1)
        #expect(bench.logged("run").count == 1)
        try await coordinator.stop()
    }

    @Test func aRestartedCoordinatorFindsTheStageStillRunning() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let first = try await bench.coordinator()
        let worker = try bench.worker(at: first.endpoint, engine: ["--steps", "30", "--milliseconds", "100"])
        try await bench.working(worker) {
            _ = try await first.heartbeat()
            let key = try first.lease(.example(), epoch: 7)
            _ = try await first.heartbeat { $0.running.first?.progress.step ?? 0 > 0 }
            try await first.stop()
            let second = try await bench.coordinator(port: first.port)
            let hello = try await second.hello()
            #expect(hello.running.map(\.stageKey) == [key] && hello.running.map(\.epoch) == [7])
            let result = try await second.result()
            #expect(result.stageKey == key && result.epoch == 7)
            try await second.stop()
        }
        #expect(bench.logged("run").count == 1)
        #expect(bench.logged("stopped").isEmpty)
    }

    @Test func anotherProcessHandsInWhatTheFirstSpooled() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let coordinator = try await bench.coordinator()
        let first = try bench.worker(at: coordinator.endpoint)
        try await bench.working(first) {
            _ = try await coordinator.heartbeat()
            try coordinator.lease(.example())
            _ = try await coordinator.result()
        }
        try await coordinator.stop()
        let later = try await bench.coordinator(habits: .init(acknowledgesResults: true))
        let second = try bench.worker(at: later.endpoint)
        try await bench.working(second) {
            _ = try await later.hello()
            let key = try Stage.example().key.hex
            #expect(try await later.result().stageKey == key)
            _ = try await later.heartbeat { $0.running.isEmpty }
        }
        #expect(bench.logged("run").count == 1)
        #expect(bench.spooled.isEmpty)
        try await later.stop()
    }

    @Test func aRevokedStageStopsAndFreesItsSlot() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let coordinator = try await bench.coordinator()
        let worker = try bench.worker(at: coordinator.endpoint, engine: ["--steps", "1000", "--milliseconds", "100"])
        try await bench.working(worker) {
            _ = try await coordinator.heartbeat()
            let key = try coordinator.lease(.example())
            _ = try await coordinator.heartbeat { $0.running.first?.progress.step ?? 0 > 0 }
            coordinator.say {
                $0.revoke.stageKey = key
                $0.revoke.epoch = 1
            }
            let free = try await coordinator.heartbeat { $0.credit == 1 }
            #expect(free.running.isEmpty)
        }
        #expect(bench.logged("stopped").count == 1)
        try await coordinator.stop()
    }

    @Test func aDrainHandsTheStageBackWithItsCheckpoint() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let coordinator = try await bench.coordinator()
        let worker = try bench.worker(at: coordinator.endpoint, engine: ["--steps", "1000", "--milliseconds", "100"])
        async let exit = worker.run()
        _ = try await coordinator.heartbeat()
        let key = try coordinator.lease(.example())
        _ = try await coordinator.heartbeat { $0.running.first?.progress.step ?? 0 > 0 }
        worker.drain(reason: "SIGTERM")
        let release = try await coordinator.next { if case .release(let release) = $0 { release } else { nil } }
        #expect(release.stageKey == key && release.epoch == 1 && release.step > 0 && release.resume.role == "resume")
        #expect(bench.store.contains(try #require(ArtifactDigest(hex: release.resume.sha256))))
        let bye = try await coordinator.next { if case .bye(let bye) = $0 { bye } else { nil } }
        #expect(bye.reason == "SIGTERM")
        #expect(try await exit.code == 0)
        try await coordinator.stop()
    }
}
