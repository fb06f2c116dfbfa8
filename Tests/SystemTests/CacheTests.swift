import Foundation
import Testing

/// Stages run once, whoever asks for them and how often.
@Suite(.serialized, .timeLimit(.minutes(2))) struct CacheTests {
    @Test("the plan's count is what runs; the same sweep again is cached; a new method runs only its own stages")
    func stagesRunOnce() async throws {
        try await withCluster { cluster in
            let log = cluster.directory.appendingPathComponent("engine.log")
            let yaml = SampleSweep.fake(log: log)
            let file = cluster.directory.appendingPathComponent("plan.yaml")
            try yaml.write(to: file, atomically: true, encoding: .utf8)
            struct Plan: Decodable { let stages: Int }
            let plan = try Program(["plan", file.path, "--json"])
            #expect(await plan.ended() == 0)
            let stages = try JSONDecoder().decode(Plan.self, from: Data(plan.output.utf8)).stages

            try await cluster.startCoordinator()
            try await cluster.startWorker("node-1", slots: 2)
            let first = try await cluster.submit(yaml)
            try await cluster.espalier("watch", first)
            #expect(EngineLog(log).stages("run").count == stages)

            let frontier = try await cluster.report(first, file: "frontier.csv")
            #expect(try await cluster.submit(yaml) == first)
            let summary = try await cluster.status(first)
            #expect(summary.state == "finished", "at once, without a worker's help")
            #expect(summary.stagesCached == stages)
            #expect(EngineLog(log).stages("run").count == stages)

            let third = try await cluster.submit(
                SampleSweep.fake(log: log, methods: ["random", "magnitude-global", "magnitude-layer"]))
            try await cluster.espalier("watch", third)
            #expect(EngineLog(log).stages("run").count == stages + 4, "2 sparsities x 2 seeds of the new method")
            #expect(third != first)
            #expect(try await cluster.report(first, file: "frontier.csv") == frontier)
        }
    }
}
