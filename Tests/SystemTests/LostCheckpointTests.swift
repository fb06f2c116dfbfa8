import Foundation
import Testing

/// Checkpoints that are deleted, truncated or bit-flipped, at the coordinator, at the worker or at both: whatever is needed
/// is made again, and the results are those of a run without the loss.
@Suite(.serialized, .timeLimit(.minutes(4))) struct LostCheckpointTests {
    enum Damage: String, CaseIterable {
        case deleted, truncated, flipped

        /// How `doctor` says it.
        var finding: String {
            switch self {
            case .deleted: "is missing"
            case .truncated: "is of another size"
            case .flipped: "is damaged"
            }
        }

        func inflict(on file: URL) throws {
            var content = try Data(contentsOf: file)
            switch self {
            case .deleted: return try FileManager.default.removeItem(at: file)
            case .truncated: content.removeLast()
            case .flipped: content[content.count / 2] ^= 1
            }
            try content.write(to: file)
        }
    }

    enum Place: CaseIterable {
        case coordinator, worker, both

        /// The artifact directories below a state directory of `espalier run`.
        var folders: [String] {
            switch self {
            case .coordinator: ["artifacts"]
            case .worker: ["local/artifacts"]
            case .both: ["artifacts", "local/artifacts"]
            }
        }
    }

    /// A directory in which `espalier run` has measured one method.
    private struct Bench: ~Copyable {
        let directory: URL
        let log: URL
        var state: String { directory.appendingPathComponent("state").path }

        init() async throws {
            directory = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-\(UUID().uuidString)")
            log = directory.appendingPathComponent("engine.log")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            try await run("base", methods: ["random"])
        }

        deinit { try? FileManager.default.removeItem(at: directory) }

        /// The accuracies and the like of every point.
        @discardableResult
        func run(_ name: String, methods: [String], _ options: String...) async throws -> String {
            let file = directory.appendingPathComponent("\(name).yaml")
            let yaml = SampleSweep.fake(log: log, steps: 1, milliseconds: 0, methods: methods)
            try yaml.replacing("name: sample", with: "name: \(name)").write(
                to: file, atomically: true, encoding: .utf8)
            let out = directory.appendingPathComponent("report-\(name)")
            let program = try Program(["run", file.path, "--state", state, "--out", out.path] + options)
            let code = await program.ended()
            guard code == 0 else { throw Cluster.Failed(command: program.name, code: code, log: program.log) }
            return try String(contentsOf: out.appendingPathComponent("frontier.csv"), encoding: .utf8)
        }

        func damage(_ damage: Damage, at place: Place) throws {
            for folder in place.folders {
                let files = storedFiles(in: directory.appendingPathComponent("state/\(folder)"))
                #expect(files.count == 6, "2 dense networks and 4 pruned ones")
                for file in files { try damage.inflict(on: file) }
            }
        }

        func artifactCheck() async throws -> (verdict: String, finding: String) {
            struct Check: Decodable { let name, verdict, finding: String }
            let doctor = try Program(["doctor", "--json", "--state", state])
            let code = await doctor.ended()
            let checks = try JSONDecoder().decode([Check].self, from: Data(doctor.output.utf8))
            let check = try #require(checks.first { $0.name == "artifacts" })
            #expect(code == (check.verdict == "failed" ? 1 : 0))
            return (check.verdict, check.finding)
        }
    }

    @Test("a later sweep needs what is lost", arguments: Damage.allCases, Place.allCases)
    func neededByALaterSweep(damage: Damage, place: Place) async throws {
        let undisturbed = try await Bench()
        let expected = try await undisturbed.run("more", methods: ["random", "magnitude-global"])
        #expect(EngineLog(undisturbed.log).stages("run").count == 10)

        let bench = try await Bench()
        #expect(try await bench.artifactCheck() == ("ok", "6, all sound"))
        try bench.damage(damage, at: place)
        let check = try await bench.artifactCheck()
        #expect(check.verdict == (place == .worker ? "ok" : "failed"))
        if place != .worker { #expect(check.finding.contains(damage.finding), "\(check.finding)") }

        #expect(try await bench.run("more", methods: ["random", "magnitude-global"]) == expected)
        // What no stage needed was not run again; the dense networks were, where the worker could not have them.
        let runs = EngineLog(bench.log).stages("run")
        #expect(runs.count == (place == .both ? 12 : 10))
        #expect(Set(runs).count == 10)
    }

    @Test("the sweep that lost them is under way", arguments: Damage.allCases)
    func lostWhileTheSweepRuns(damage: Damage) async throws {
        func frontier(_ disturb: (Cluster, Program) async throws -> Void) async throws -> String {
            try await withCluster { cluster in
                let log = cluster.directory.appendingPathComponent("engine.log")
                try await cluster.startCoordinator("--heartbeat", "0.5")
                let worker = try await cluster.startWorker("node-1")
                let sweep = try await cluster.submit(SampleSweep.fake(log: log, steps: 3, milliseconds: 50))
                // Both dense networks: the pruned ones start from them.
                try await worker.said("stage handed in", times: 2)
                try await disturb(cluster, worker)
                try await cluster.espalier("watch", sweep)
                return try await cluster.report(sweep, file: "frontier.csv")
            }
        }
        let undisturbed = try await frontier { _, _ in }
        let disturbed = try await frontier { cluster, _ in
            for folder in ["state/artifacts", "spool-node-1/artifacts"] {
                for file in storedFiles(in: cluster.directory.appendingPathComponent(folder)) {
                    try damage.inflict(on: file)
                }
            }
        }
        #expect(disturbed == undisturbed)
    }

    @Test("a result whose file is lost before the coordinator has it is measured again", arguments: Damage.allCases)
    func lostInTheSpool(damage: Damage) async throws {
        try await withCluster { cluster in
            let log = cluster.directory.appendingPathComponent("engine.log")
            try await cluster.startCoordinator("--heartbeat", "0.5")
            let worker = try await cluster.startWorker("node-1")
            let sweep = try await cluster.submit(SampleSweep.fake(log: log, steps: 10, milliseconds: 50))
            try await worker.said("stage started")
            cluster.coordinator?.signal(SIGKILL)
            await cluster.coordinator?.ended()
            try await worker.said("stage finished")
            let files = storedFiles(in: cluster.directory.appendingPathComponent("spool-node-1/artifacts"))
            #expect(files.count == 1)
            for file in files { try damage.inflict(on: file) }
            try await cluster.startCoordinator("--heartbeat", "0.5")
            try await cluster.espalier("watch", sweep)
            let runs = EngineLog(log).stages("run")
            #expect(runs.count == 11)
            #expect(Set(runs).count == 10)
        }
    }

    @Test("--fresh runs every stage of the plan once more; what it measured is what later sweeps find")
    func fresh() async throws {
        let bench = try await Bench()
        let expected = try await bench.run("again", methods: ["random"])
        #expect(EngineLog(bench.log).stages("run").count == 6, "the negative control: all from the cache")
        #expect(try await bench.run("fresh", methods: ["random"], "--fresh") == expected)
        #expect(EngineLog(bench.log).stages("run").count == 12)
        #expect(try await bench.run("later", methods: ["random"]) == expected)
        #expect(EngineLog(bench.log).stages("run").count == 12)
    }
}

/// The artifacts of a store, without what is on its way in.
private func storedFiles(in folder: URL) -> [URL] {
    let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (found?.allObjects as? [URL] ?? []).filter { $0.lastPathComponent.count == 64 }
}
