import Foundation
import Testing

/// kill -9 of either side, with real processes over real sockets.
@Suite(.serialized, .timeLimit(.minutes(3))) struct KillTests {
    @Test("a worker killed in mid-stage: its stage runs elsewhere and the sweep completes")
    func killedWorker() async throws {
        try await withCluster { cluster in
            let log = cluster.directory.appendingPathComponent("engine.log")
            try await cluster.startCoordinator("--lease", "3", "--heartbeat", "0.5")
            let victim = try await cluster.startWorker("victim")
            let sweep = try await cluster.submit(SampleSweep.fake(log: log, steps: 20, milliseconds: 100))
            // Its second stage: the first one is handed in, this one is not.
            try await victim.said("stage started", times: 2)
            victim.signal(SIGKILL)
            #expect(await victim.ended() == -SIGKILL)
            let started = try #require(victim.log.split(separator: "\n").last { $0.contains("stage started") })
            let interrupted = try #require(started.firstMatch(of: /stage\.key=([0-9a-f]{12})/)).1
            #expect(!EngineLog(log).stages("done").contains { $0.hasPrefix(interrupted) })

            try await cluster.startWorker("other", slots: 2)
            try await cluster.espalier("watch", sweep)
            let results = try await cluster.report(sweep, file: "results.csv")
            #expect(EngineLog(log).stages("done").contains { $0.hasPrefix(interrupted) })
            let rows = results.split(whereSeparator: \.isNewline)
            #expect(rows.count == 1 + 2 + 8)
            #expect(!results.contains("failed"))
            let row = try #require(rows.first { $0.contains(interrupted) })
            #expect(row.contains("other"))
        }
    }

    @Test("a coordinator killed in mid-sweep: workers carry on, nothing runs twice, the frontier is the same bytes")
    func killedCoordinator() async throws {
        let undisturbed = try await withCluster { cluster in
            try await cluster.startCoordinator()
            try await cluster.startWorker("node-1", engine: "espalier-engine")
            let sweep = try await cluster.submit(SampleSweep.real)
            try await cluster.espalier("watch", sweep)
            return try await cluster.report(sweep, file: "frontier.csv")
        }
        let disturbed = try await withCluster { cluster in
            try await cluster.startCoordinator("--heartbeat", "0.5")
            let workers = [
                try await cluster.startWorker("node-1", engine: "espalier-engine"),
                try await cluster.startWorker("node-2", engine: "espalier-engine"),
            ]
            let sweep = try await cluster.submit(SampleSweep.real)
            for handedIn in [1, 3] {
                try await workers[0].said("stage handed in", times: handedIn)
                cluster.coordinator?.signal(SIGKILL)
                await cluster.coordinator?.ended()
                try await cluster.startCoordinator("--heartbeat", "0.5")
            }
            try await cluster.espalier("watch", sweep)
            #expect(workers.allSatisfy { !$0.hasEnded })
            return try await cluster.report(sweep, file: "frontier.csv")
        }
        #expect(disturbed == undisturbed)
        #expect(undisturbed.split(whereSeparator: \.isNewline).count == 1 + 4)
    }

    @Test("across a coordinator's death the same engine process goes on with the same stage, once")
    func engineOutlivesTheCoordinator() async throws {
        try await withCluster { cluster in
            let log = cluster.directory.appendingPathComponent("engine.log")
            try await cluster.startCoordinator("--heartbeat", "0.5")
            let worker = try await cluster.startWorker("node-1", slots: 2)
            let sweep = try await cluster.submit(SampleSweep.fake(log: log, steps: 10, milliseconds: 100))
            try await worker.said("stage started", times: 3)
            cluster.coordinator?.signal(SIGKILL)
            await cluster.coordinator?.ended()
            // At least one stage is finished while nobody is there to hear of it.
            try await worker.said("stage finished", times: 3)
            try await cluster.startCoordinator("--heartbeat", "0.5")
            try await cluster.espalier("watch", sweep)
            #expect(!worker.hasEnded)
            let runs = EngineLog(log).stages("run")
            #expect(runs.count == 10, "every stage was started")
            #expect(Set(runs).count == runs.count, "none was started twice")
            #expect(Set(EngineLog(log).lines.map(\.pid)).count == 2, "two engine processes did everything")
        }
    }
}
