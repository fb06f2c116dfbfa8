import Foundation

/// A coordinator and workers as separate processes over CURVE-encrypted TCP on loopback, in a directory of their own.
final class Cluster {
    let directory: URL
    private(set) var coordinator: Program?
    private var programs: [Program] = []
    private var control = "tcp://127.0.0.1:*"

    var state: String { directory.appendingPathComponent("state").path }

    init() async throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try await espalier("init")
    }

    /// Nothing a test started outlives it.
    func tearDown() async {
        for program in programs where !program.hasEnded { program.signal(SIGKILL) }
        for program in programs { await program.ended() }
        try? FileManager.default.removeItem(at: directory)
    }

    /// Runs a command against this cluster's state directory to its end; fails where it fails.
    @discardableResult
    func espalier(_ arguments: String...) async throws -> String {
        let program = try Program(arguments + ["--state", state])
        let code = await program.ended()
        guard code == 0 else { throw Failed(command: program.name, code: code, log: program.log) }
        return program.output
    }

    struct Failed: Error, CustomStringConvertible {
        let command: String
        let code: Int32
        let log: String
        var description: String { "\(command) ended with \(code): \(log)" }
    }

    // MARK: - Processes

    /// Starts the coordinator and waits until it listens. Started again, it listens where it did before.
    func startCoordinator(_ arguments: String...) async throws {
        let program = try Program(
            ["coordinator", "--state", state, "--control", control, "--artifacts", "tcp://127.0.0.1:*"] + arguments)
        programs.append(program)
        coordinator = program
        try await program.said("listening")
        control = try endpoints().control
    }

    /// Ends the coordinator by a signal and waits until it is gone.
    func stopCoordinator(_ signal: Int32) async throws {
        coordinator?.signal(signal)
        await coordinator?.ended()
    }

    struct Endpoints: Decodable { let control, artifacts: String }

    /// Where the coordinator that runs listens.
    func endpoints() throws -> Endpoints {
        let data = try Data(contentsOf: directory.appendingPathComponent("state/endpoint.json"))
        return try JSONDecoder().decode(Endpoints.self, from: data)
    }

    /// Starts a worker with a key of its own, unless the test has put one there.
    ///
    /// - Parameter endpoint: By default the coordinator's.
    @discardableResult
    func startWorker(
        _ name: String, slots: Int = 1, engine: String = "espalier-fake-engine", environment: [String: String] = [:],
        arguments: [String] = [], at endpoint: String? = nil
    ) async throws -> Program {
        let key = directory.appendingPathComponent("\(name).key").path
        if !FileManager.default.fileExists(atPath: key) {
            try await espalier("keys", "add", "worker", name, "--out", key)
        }
        let program = try Program(
            [
                "worker", "--coordinator", endpoint ?? control, "--key", key, "--slots", "\(slots)", "--spool",
                directory.appendingPathComponent("spool-\(name)").path, "--engine",
                Program.directory.appendingPathComponent(engine).path,
            ] + arguments, environment: environment)
        programs.append(program)
        return program
    }

    /// Writes a sweep file and submits it; returns the sweep's id.
    func submit(_ yaml: String, as name: String = "sweep.yaml") async throws -> String {
        let file = directory.appendingPathComponent(name)
        try yaml.write(to: file, atomically: true, encoding: .utf8)
        struct Submitted: Decodable { let sweep: String }
        let json = try await espalier("submit", file.path, "--json")
        return try JSONDecoder().decode(Submitted.self, from: Data(json.utf8)).sweep
    }

    struct Summary: Decodable {
        let state: String
        let stagesDone: Int
        let stagesCached: Int

        enum CodingKeys: String, CodingKey {
            case state
            case stagesDone = "stages_done"
            case stagesCached = "stages_cached"
        }
    }

    func status(_ sweep: String) async throws -> Summary {
        struct Document: Decodable { let sweeps: [Summary] }
        let json = try await espalier("status", sweep, "--json")
        guard let summary = try JSONDecoder().decode(Document.self, from: Data(json.utf8)).sweeps.first else {
            throw Failed(command: "status \(sweep)", code: 0, log: json)
        }
        return summary
    }

    /// Writes the sweep's report and returns one of its files.
    func report(_ sweep: String, file: String) async throws -> String {
        let out = directory.appendingPathComponent("report-\(sweep)")
        try await espalier("report", sweep, "--out", out.path)
        return try String(contentsOf: out.appendingPathComponent(file), encoding: .utf8)
    }
}

/// Runs a test on a cluster and tears it down, however the test ends.
func withCluster<Value>(_ body: (Cluster) async throws -> Value) async throws -> Value {
    let cluster = try await Cluster()
    do {
        let value = try await body(cluster)
        await cluster.tearDown()
        return value
    } catch {
        await cluster.tearDown()
        throw error
    }
}
