import Foundation
import Testing

/// `espalier run` stopped in the middle of a stage, and the same command once more.
@Suite(.serialized, .timeLimit(.minutes(3))) struct InterruptTests {
    /// 10 stages of 10 steps, of which one of the second seed waits after 5 until it is stopped: once, then no more.
    private struct Sweep {
        static let steps = 10
        let cluster: Cluster
        let name: String
        let log: URL
        let file: URL
        /// Made by the stage that waits; where it is there already, none does.
        let reached: URL

        init(_ cluster: Cluster, name: String = "sample", fault: String = "wait") throws {
            self.cluster = cluster
            self.name = name
            log = cluster.directory.appendingPathComponent("\(name).log")
            reached = cluster.directory.appendingPathComponent("\(name)-reached")
            file = cluster.directory.appendingPathComponent("\(name).yaml")
            let yaml = SampleSweep.fake(
                log: log, steps: Self.steps, milliseconds: 1,
                options: ["--fault", fault, "--at", "5", "--seed", "1", "--once", reached.path])
            try yaml.replacing("name: sample", with: "name: \(name)").write(to: file, atomically: true, encoding: .utf8)
        }

        /// In a state directory of the test's own, with a report folder beside it.
        func run(in state: String = "state", _ more: String...) throws -> Program {
            try Program(
                ["run", file.path, "--state", path(state), "--out", path("\(state)-report"), "--slots", "1"] + more)
        }

        func path(_ name: String) -> String { cluster.directory.appendingPathComponent(name).path }

        func waits() async throws { try await FileAppearance.of(reached) }

        func doesNotWait(_ not: Bool = true) throws {
            if not { try Data().write(to: reached) } else { try FileManager.default.removeItem(at: reached) }
        }

        /// Steps taken since the last call.
        func takenSteps() throws -> Int {
            defer { try? FileManager.default.removeItem(at: log) }
            return EngineLog(log).steps(ofStages: Self.steps)
        }

        func frontier(in state: String = "state") throws -> String {
            try String(contentsOfFile: path("\(state)-report/frontier.csv"), encoding: .utf8)
        }
    }

    @Test("Ctrl-C, SIGTERM and kill -9 keep the same: the same sweep goes on with the same steps to the same bytes")
    func sameStepsRemain() async throws {
        try await withCluster { cluster in
            let sweep = try Sweep(cluster)
            try sweep.doesNotWait()
            #expect(try await sweep.run().ended() == 0)
            let undisturbed = try sweep.frontier()
            #expect(try sweep.takenSteps() == 10 * Sweep.steps)
            for (signal, code) in [(SIGINT, 130), (SIGTERM, 143), (SIGKILL, -SIGKILL)] {
                let state = "state-\(signal)"
                try sweep.doesNotWait(false)
                let first = try sweep.run(in: state)
                try await sweep.waits()
                first.signal(signal)
                #expect(await first.ended() == code)
                if signal != SIGKILL {
                    let sentence = "1 of 10 stages are done, 1 under way is kept; run the same command to go on"
                    #expect(first.log.contains("interrupted: \(sentence)"))
                }

                let second = try sweep.run(in: state)
                #expect(await second.ended() == 0)
                #expect(second.log.contains("sample goes on: 8 tasks in 10 stages, 1 already done"))
                let steps = try sweep.takenSteps()
                #expect(steps == 10 * Sweep.steps, "no step is taken twice after signal \(signal)")
                #expect(try sweep.frontier(in: state) == undisturbed)

                // All is there, whatever comment is in the file.
                let yaml = try String(contentsOf: sweep.file, encoding: .utf8)
                try "\(yaml)\n# after signal \(signal)".write(to: sweep.file, atomically: true, encoding: .utf8)
                let third = try sweep.run(in: state)
                #expect(await third.ended() == 0)
                #expect(third.log.contains("sample is done already: 8 tasks in 10 stages, 10 already done"))
                #expect(try sweep.takenSteps() == 0)
                #expect(try sweep.frontier(in: state) == undisturbed)
                let list = try Program(["list", "--json", "--state", sweep.path(state)])
                #expect(await list.ended() == 0)
                #expect(list.output.components(separatedBy: "\"id\"").count == 2, "one sweep")
            }
        }
    }

    @Test("the real engine, too, goes on to the same bytes", arguments: [SIGINT, SIGTERM, SIGKILL])
    func realEngine(signal: Int32) async throws {
        try await withCluster { cluster in
            let file = cluster.directory.appendingPathComponent("sweep.yaml").path
            try SampleSweep.real.write(toFile: file, atomically: true, encoding: .utf8)
            func run(_ state: String) throws -> Program {
                let path = cluster.directory.appendingPathComponent(state).path
                return try Program(
                    ["run", file, "--state", path, "--out", "\(path)-report", "--slots", "1", "--log-level", "info"])
            }
            func frontier(_ state: String) throws -> String {
                let path = cluster.directory.appendingPathComponent("\(state)-report/frontier.csv").path
                return try String(contentsOfFile: path, encoding: .utf8)
            }
            #expect(try await run("undisturbed").ended() == 0)
            for stage in [1, 2, 5] {
                let first = try run("disturbed")
                try await first.said("stage started", times: stage)
                first.signal(signal)
                #expect(await first.ended() == (signal == SIGKILL ? -SIGKILL : 128 + signal))
            }
            let last = try run("disturbed")
            #expect(await last.ended() == 0)
            #expect(last.log.contains("digits-small goes on"))
            #expect(try frontier("disturbed") == frontier("undisturbed"))
        }
    }

    @Test("a second Ctrl-C leaves at once, also when an engine does not stop")
    func secondSignal() async throws {
        try await withCluster { cluster in
            let sweep = try Sweep(cluster, fault: "hang")
            let run = try sweep.run()
            try await sweep.waits()
            run.signal(SIGINT)
            try await run.said("once more leaves at once")
            let clock = ContinuousClock.now
            run.signal(SIGINT)
            #expect(await run.ended() == 130)
            // An engine that is asked to stop has 20 s.
            #expect(ContinuousClock.now - clock < .seconds(10))
            #expect(run.log.contains("interrupted: 1 of 10 stages are done; run the same command to go on"))
            #expect(try await sweep.run().ended() == 0)
        }
    }

    @Test("another sweep that was interrupted is set aside, and goes on where it was when its file is run again")
    func setAside() async throws {
        try await withCluster { cluster in
            let (first, other) = (try Sweep(cluster), try Sweep(cluster, name: "other"))
            let interrupted = try first.run()
            try await first.waits()
            interrupted.signal(SIGTERM)
            #expect(await interrupted.ended() == 143)
            try other.doesNotWait()
            let run = try other.run()
            #expect(await run.ended() == 0)
            #expect(run.log.contains("sample: set aside with 1 of 10 stages done; run its file again to go on with it"))
            #expect(try await cluster.status("sample").state == "cancelled")
            let again = try first.run()
            #expect(await again.ended() == 0)
            #expect(again.log.contains("sample was cancelled and goes on: 8 tasks in 10 stages, 1 already done"))
            #expect(try first.takenSteps() == 10 * Sweep.steps, "its checkpoint was kept")
        }
    }

    @Test("a report of another state directory is kept, and the run that would replace it begins nothing")
    func reportOfAnotherState() async throws {
        try await withCluster { cluster in
            let sweep = try Sweep(cluster)
            try sweep.doesNotWait()
            #expect(try await sweep.run().ended() == 0)
            let frontier = try sweep.frontier()
            let out = ["--out", sweep.path("state-report")]
            let refused = try sweep.run(in: "other", out[0], out[1])
            #expect(await refused.ended() == 2)
            #expect(
                refused.log.contains(
                    "the folder '\(out[1])' holds a report of another state directory: name another with --out DIR, or "
                        + "replace it with --overwrite"))
            #expect(!FileManager.default.fileExists(atPath: sweep.path("other")))
            #expect(try sweep.frontier() == frontier)
            #expect(try await sweep.run(in: "other", out[0], out[1], "--overwrite").ended() == 0)
            // Now it is the other one's.
            #expect(try await sweep.run().ended() == 2)
        }
    }
}
