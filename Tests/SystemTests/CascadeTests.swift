import Foundation
import Sweep
import Testing

/// Stages that start from one another, through real processes: the fake engine's checkpoint is a hash of its parent's.
@Suite(.serialized, .timeLimit(.minutes(2))) struct CascadeTests {
    static func sweep(log: URL, sparsities: String) -> String {
        SampleSweep.fake(log: log, milliseconds: 5).replacing(
            "sparsities: [0.5, 0.9]", with: "sparsities: \(sparsities)"
        )
        .replacing(
            "methods: [random, magnitude-global]",
            with: "methods: [{method: magnitude-global, schedule: cascade}, snip]")
    }

    @Test("levels run in order, a longer cascade runs only what is new, and differences are those to the dense network")
    func cascade() async throws {
        try await withCluster { cluster in
            let log = cluster.directory.appendingPathComponent("engine.log")
            try await cluster.startCoordinator()
            try await cluster.startWorker("node-1", slots: 2)
            let yaml = Self.sweep(log: log, sparsities: "[0.5, 0.8, 0.9]")
            let plan = try Plan(SweepFile(yaml: yaml, fileName: "s.yaml"))
            let sweep = try await cluster.submit(yaml)
            try await cluster.espalier("watch", sweep)

            let done = EngineLog(log).stages("done")
            #expect(Set(done) == Set(plan.stages.map(\.key.hex)) && done.count == plan.stages.count)
            for node in plan.stages {
                for parent in node.stage.parents {
                    let (own, before) = (done.firstIndex(of: node.key.hex), done.firstIndex(of: parent.hex))
                    #expect(try #require(before) < #require(own))
                }
            }
            let table = try await cluster.report(sweep, file: "results.csv").components(separatedBy: "\r\n")
            let dense = Dictionary(
                uniqueKeysWithValues: plan.stages.filter { $0.stage.kind == .train }.map { ($0.stage.seed, $0.key.hex) }
            )
            for task in plan.tasks {
                let row = try #require(table.first { $0.hasPrefix("task,\(task.index),") })
                // Its own stage, then the seed's dense one, whatever it started from.
                #expect(row.contains(",\(try #require(task.stages.last).hex),\(try #require(dense[task.seed])),"))
            }

            let longer = try await cluster.submit(Self.sweep(log: log, sparsities: "[0.5, 0.8, 0.9, 0.95]"))
            try await cluster.espalier("watch", longer)
            // The new level of the cascade and that at initialisation, for two seeds.
            #expect(EngineLog(log).stages("done").count == plan.stages.count + 4)
        }
    }
}
