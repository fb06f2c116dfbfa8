import Foundation
import Testing

/// An engine of the user's own that is edited, moved, and named by a relative path.
@Suite(.serialized, .timeLimit(.minutes(2))) struct EditedEngineTests {
    /// A sweep of two stages in a folder of its own, with a script beside it that starts the fake engine.
    private struct Project {
        let cluster: Cluster
        var folder = "sweeps"

        var log: URL { cluster.directory.appendingPathComponent("engine.log") }
        var sweep: String { cluster.directory.appendingPathComponent("\(folder)/sweep.yaml").path }
        var stagesRun: Int { EngineLog(log).stages("run").count }
        var pids: Set<Int32> { Set(EngineLog(log).lines.map(\.pid)) }

        func write(engine: String = "[sh, engine.sh]", script comment: String = "", sparsity: Double = 0.5) throws {
            try cluster.write(
                """
                {name: own, network: mine, dataset: mine, seeds: 1, sparsities: [\(sparsity)], methods: [mine],
                engine: \(engine)}
                """, "\(folder)/sweep.yaml")
            let program = Program.directory.appendingPathComponent("espalier-fake-engine").path
            try cluster.write("# \(comment)\nexec '\(program)' --log '\(log.path)'\n", "\(folder)/engine.sh")
        }

        /// Runs the sweep from another folder than its own; returns what was said.
        func run() async throws -> String {
            let directory = cluster.directory.path
            let program = try Program(
                [
                    "run", sweep, "--state", "\(directory)/own", "--out", "\(directory)/report", "--slots", "1",
                    "--engine", Program.directory.appendingPathComponent("espalier-fake-engine").path,
                ])
            #expect(await program.ended() == 0, "\(program.log)")
            return program.log
        }
    }

    @Test func runsAgainOnlyWhatAnEditConcerns() async throws {
        try await withCluster { cluster in
            var project = Project(cluster: cluster)
            try project.write()
            let first = try await project.run()
            #expect(project.stagesRun == 2 && !first.contains("engine changed"))

            try project.write()
            #expect(try await !project.run().contains("engine changed"))
            #expect(project.stagesRun == 2, "written again, with another time and the same content")

            try FileManager.default.moveItem(
                at: cluster.directory.appendingPathComponent("sweeps"),
                to: cluster.directory.appendingPathComponent("b"))
            project.folder = "b"
            _ = try await project.run()
            #expect(project.stagesRun == 2, "moved to another folder")

            try project.write(script: "edited")
            #expect(
                try await project.run().contains(
                    "engine changed since the last sweep with this command line (engine.sh): 2 of 2 stages run again"))
            #expect(project.stagesRun == 4)

            try project.write()
            _ = try await project.run()
            #expect(project.stagesRun == 4, "the results of the version before are there still")
        }
    }

    /// Options and variables name files too; what looks like a path and is none stays a word.
    @Test func aFileThatAnOptionNamesIsAPartOfTheEngine() async throws {
        try await withCluster { cluster in
            let project = Project(cluster: cluster)
            let engine = "[env, SETTINGS=./settings.txt, sh, engine.sh, --with=other.txt, --model, org/model, a://b/c]"
            try project.write(engine: engine)
            for (file, text, stages) in [
                ("settings", "1", 2), ("settings", "2", 4), ("other", "1", 6), ("none", "", 6),
            ] {
                try cluster.write(text, "sweeps/\(file).txt")
                _ = try await project.run()
                #expect(project.stagesRun == stages, "\(file) \(text)")
            }
        }
    }

    @Test func aDeclaredVersionStandsForTheFiles() async throws {
        try await withCluster { cluster in
            let project = Project(cluster: cluster)
            try project.write(engine: "{command: [sh, engine.sh], version: 1}")
            _ = try await project.run()
            try project.write(engine: "{command: [sh, engine.sh], version: 1}", script: "edited")
            _ = try await project.run()
            #expect(project.stagesRun == 2)
            try project.write(engine: "{command: [sh, engine.sh], version: 2}", script: "edited")
            #expect(try await project.run().contains("(version): 2 of 2 stages run again"))
            #expect(project.stagesRun == 4)
        }
    }

    /// A worker keeps an engine between stages; the process of an earlier version gets no stage of a later one.
    @Test func aLastingWorkerStartsTheEditedEngine() async throws {
        try await withCluster { cluster in
            let project = Project(cluster: cluster)
            try await cluster.startCoordinator()
            try await cluster.startWorker("node-1")
            func submit() async throws { try await cluster.espalier("submit", project.sweep, "--watch") }
            try project.write()
            try await submit()
            try project.write(sparsity: 0.6)
            try await submit()
            #expect(project.stagesRun == 3 && project.pids.count == 1)
            try project.write(script: "edited")
            try await submit()
            #expect(project.stagesRun == 5 && project.pids.count == 2)
        }
    }

    /// Its results would be stored as those of the version that was submitted.
    @Test func anEngineEditedAfterItsSubmissionIsNotRun() async throws {
        try await withCluster { cluster in
            let project = Project(cluster: cluster)
            try await cluster.startCoordinator()
            try project.write()
            try await cluster.espalier("submit", project.sweep)
            try project.write(script: "edited")
            try await cluster.startWorker("node-1")
            let watch = try Program(["watch", "--state", cluster.state])
            #expect(await watch.ended() == 1)
            #expect(
                watch.log.contains(
                    "engine.sh' is not the file that the sweep was submitted with; submit the sweep again"))
            #expect(project.stagesRun == 0)
        }
    }
}
