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

    /// A directory with a state in which `espalier run` has measured one method.
    ///
    /// The engine's log is part of the stages' keys, and so of what the fake engine measures: one directory, one set of results.
    private struct Bench: ~Copyable {
        let directory: URL
        private let log: URL

        init() async throws {
            directory = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-\(UUID().uuidString)")
            log = directory.appendingPathComponent("engine.log")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            try await run("base", methods: ["random"], on: "base")
        }

        deinit { try? FileManager.default.removeItem(at: directory) }

        func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

        /// A state to be damaged.
        func copy(to state: String) throws {
            try FileManager.default.copyItem(atPath: path("base"), toPath: path(state))
        }

        /// Runs a sweep: its frontier, and the stages that ran for it.
        @discardableResult
        func run(
            _ name: String, methods: [String], on state: String, _ options: String...
        ) async throws -> (frontier: String, runs: [String]) {
            let before = EngineLog(log).stages("run").count
            let file = path("\(name).yaml")
            let yaml = SampleSweep.fake(log: log, steps: 1, milliseconds: 0, methods: methods)
            try yaml.replacing("name: sample", with: "name: \(name)").write(
                toFile: file, atomically: true, encoding: .utf8)
            let out = path("report of \(name) on \(state)")
            let program = try Program(["run", file, "--state", path(state), "--out", out] + options)
            let code = await program.ended()
            guard code == 0 else { throw Cluster.Failed(command: program.name, code: code, log: program.log) }
            return (
                try String(contentsOfFile: out + "/frontier.csv", encoding: .utf8),
                Array(EngineLog(log).stages("run").dropFirst(before))
            )
        }

        func damage(_ damage: Damage, at place: Place, of state: String) throws {
            for folder in place.folders {
                let files = storedFiles(in: directory.appendingPathComponent("\(state)/\(folder)"))
                #expect(files.count == 6, "2 dense networks and 4 pruned ones")
                for file in files { try damage.inflict(on: file) }
            }
        }

        func artifactCheck(_ state: String) async throws -> (verdict: String, finding: String) {
            struct Check: Decodable { let name, verdict, finding: String }
            let doctor = try Program(["doctor", "--json", "--state", path(state)])
            let code = await doctor.ended()
            let checks = try JSONDecoder().decode([Check].self, from: Data(doctor.output.utf8))
            let check = try #require(checks.first { $0.name == "artifacts" })
            #expect(code == (check.verdict == "failed" ? 1 : 0))
            return (check.verdict, check.finding)
        }
    }

    @Test("a later sweep needs what is lost")
    func neededByALaterSweep() async throws {
        let bench = try await Bench()
        try bench.copy(to: "undisturbed")
        let undisturbed = try await bench.run("more", methods: ["random", "magnitude-global"], on: "undisturbed")
        #expect(undisturbed.runs.count == 4)
        #expect(try await bench.artifactCheck("base") == ("ok", "6, all sound"))
        for damage in Damage.allCases {
            for place in Place.allCases {
                let state = "\(damage) at \(place)"
                try bench.copy(to: state)
                try bench.damage(damage, at: place, of: state)
                let check = try await bench.artifactCheck(state)
                #expect(check.verdict == (place == .worker ? "ok" : "failed"), "\(state)")
                if place != .worker { #expect(check.finding.contains(damage.finding), "\(check.finding)") }

                let more = try await bench.run("more", methods: ["random", "magnitude-global"], on: state)
                #expect(more.frontier == undisturbed.frontier, "\(state)")
                // What no stage needed was not run again; the dense networks were, where the worker did not have them.
                #expect(more.runs.count == (place == .both ? 6 : 4), "\(state)")
                #expect(Set(more.runs).isSuperset(of: undisturbed.runs), "\(state)")
            }
        }
    }

    @Test("the sweep that lost them is under way", arguments: Damage.allCases)
    func lostWhileTheSweepRuns(damage: Damage) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = folder.appendingPathComponent("engine.log")
        func frontier(_ disturb: (Cluster) throws -> Void) async throws -> String {
            try await withCluster { cluster in
                try await cluster.startCoordinator("--heartbeat", "0.5")
                let worker = try await cluster.startWorker("node-1")
                let sweep = try await cluster.submit(SampleSweep.fake(log: log, steps: 3, milliseconds: 50))
                // Both dense networks: the pruned ones start from them.
                try await worker.said("stage handed in", times: 2)
                // No engine is amid reading its input when that is damaged.
                worker.signal(SIGTERM)
                await worker.ended()
                try disturb(cluster)
                try await cluster.startWorker("node-1")
                try await cluster.espalier("watch", sweep)
                return try await cluster.report(sweep, file: "frontier.csv")
            }
        }
        let undisturbed = try await frontier { _ in }
        let disturbed = try await frontier { cluster in
            for folder in ["state/artifacts", "spool-node-1/artifacts"] {
                for file in storedFiles(in: cluster.directory.appendingPathComponent(folder)) {
                    try damage.inflict(on: file)
                }
            }
        }
        #expect(disturbed == undisturbed)
        let runs = EngineLog(log).stages("run")
        #expect(runs.filter { $0 == runs[0] }.count == 3, "the first dense network ran twice for the disturbed sweep")
        #expect(Set(runs).count == 10)
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
        let cached = try await bench.run("again", methods: ["random"], on: "base")
        #expect(cached.runs == [], "the negative control")
        let fresh = try await bench.run("fresh", methods: ["random"], on: "base", "--fresh")
        #expect(fresh.frontier == cached.frontier)
        #expect(fresh.runs.count == 6)
        #expect(Set(fresh.runs).count == 6)
        let later = try await bench.run("later", methods: ["random"], on: "base")
        #expect(later.frontier == cached.frontier)
        #expect(later.runs == [])
    }
}

/// The artifacts of a store, without what is on its way in.
private func storedFiles(in folder: URL) -> [URL] {
    let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (found?.allObjects as? [URL] ?? []).filter { $0.lastPathComponent.count == 64 }
}
