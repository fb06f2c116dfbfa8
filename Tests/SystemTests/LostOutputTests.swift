import Foundation
import Sweep
import Testing

/// Every command of both programs with output that cannot be written: no signal, and the right exit code.
///
/// The commands come from the programs themselves: a new one needs a line in the tables below.
@Suite(.serialized, .timeLimit(.minutes(5))) struct LostOutputTests {
    /// Arguments by command. "@" is the test's directory, "#" another number for each run, to make what does not exist yet.
    static let espalier: [String: [String]] = [
        "run": [
            "@/sweep.yaml", "--state", "@/own-state", "--out", "@/report", "--slots", "1", "--engine", "@/fake-engine",
        ],
        "plan": ["@/sweep.yaml"], "submit": ["@/sweep.yaml", "--state", "@/state"],
        "watch": ["--state", "@/state"], "cancel": ["sample", "--state", "@/state"],
        "list": ["--state", "@/state"], "status": ["--state", "@/state"], "frontier": ["--state", "@/state"],
        "report": ["--state", "@/state", "--out", "@/report"], "init": ["--state", "@/new-#"],
        "keys add": ["worker", "node-#", "--state", "@/state"], "keys list": ["--state", "@/state"],
        "keys revoke": ["node-#", "--state", "@/state"],
        // Another one runs on the state directory, and the key is of no coordinator: both end by themselves.
        "coordinator": ["--state", "@/state"],
        "worker": ["--coordinator", "tcp://127.0.0.1:1", "--key", "@/none.key", "--engine", "@/fake-engine"],
        "methods": [], "networks": [], "datasets": [], "doctor": ["--state", "@/state"], "help": [],
        "": ["--version"], "-": ["--generate-completion-script", "bash"], "--": ["--no-such-option"],
    ]

    static let engine: [String: [String]] = [
        "serve": [], "describe": [], "run": ["--stage", "@/stage.json", "--work", "@/work-#"],
        "score": ["magnitude-global"] + subject, "logits": ["--checkpoint", "@/none"] + subject,
        "dataset": ["images", "--data", "@"],
        "bench": ["--network", "lenet-300-100", "--steps", "1", "--batch", "2"], "help": [], "": ["--help"],
        "-": ["describe", "--no-such-option"],
    ]
    private static let subject = ["--network", "lenet-300-100", "--dataset", "digits", "--out", "@/out-#"]

    @Test func everyCommandOfEspalier() async throws {
        try await withCluster { cluster in
            try prepare(cluster)
            try await cluster.startCoordinator()
            try await cluster.startWorker("node-0")
            try await check("espalier", Self.espalier, cluster)
        }
    }

    static let engineExists = FileManager.default.isExecutableFile(
        atPath: Program.directory.appendingPathComponent("espalier-engine").path)

    @Test(.enabled(if: engineExists, "needs libtorch")) func everyCommandOfTheEngine() async throws {
        try await withCluster { cluster in
            try prepare(cluster)
            try await check("espalier-engine", Self.engine, cluster)
        }
    }

    /// A coordinator whose standard error takes nothing, or is not there, answers and stops in order.
    @Test(arguments: [Program.Sink.full, .closed, .readerGone]) func aDaemonGoesOn(_ sink: Program.Sink) async throws {
        try await withCluster { cluster in
            let program = try Program(
                ["coordinator", "--state", cluster.state, "--control", "tcp://127.0.0.1:*", "--artifacts"]
                    + ["tcp://127.0.0.1:*"], log: sink)
            let limit = ContinuousClock.now + .seconds(30)
            while (try? cluster.endpoints()) == nil, !program.hasEnded, .now < limit { await Task.yield() }
            try await cluster.espalier("list")
            program.signal(SIGTERM)
            #expect(await program.ended() == 0)
            let header = try FileHandle(forReadingFrom: URL(fileURLWithPath: cluster.state + "/espalier.sqlite"))
            #expect(try header.read(upToCount: 15) == Data("SQLite format 3".utf8), "no log in the database")
        }
    }

    // MARK: - How

    private func prepare(_ cluster: Cluster) throws {
        let yaml = """
            {name: sample, network: lenet-300-100, dataset: digits, seeds: 1, sparsities: [0.5], methods: [random],
            training: {epochs: 1}, retrain: {epochs: 0}}
            """
        try cluster.write(yaml, "sweep.yaml")
        let stage = try #require(Plan(SweepFile(yaml: yaml, fileName: "")).stages.first?.stage)
        try cluster.write(try stage.canonicalJSON, "stage.json")
        for (part, count) in [("train", 20), ("t10k", 10)] {
            try cluster.write(
                [0, 0, 8, 3, 0, 0, 0, UInt8(count), 0, 0, 0, 8, 0, 0, 0, 8]
                    + (0..<count * 64).map { UInt8(truncatingIfNeeded: $0) }, "images/\(part)-images-idx3-ubyte")
            try cluster.write(
                [0, 0, 8, 1, 0, 0, 0, UInt8(count)] + (0..<count).map { UInt8($0 % 2) },
                "images/\(part)-labels-idx1-ubyte")
        }
        try FileManager.default.createSymbolicLink(
            at: cluster.directory.appendingPathComponent("fake-engine"),
            withDestinationURL: Program.directory.appendingPathComponent("espalier-fake-engine"))
    }

    private func check(_ executable: String, _ table: [String: [String]], _ cluster: Cluster) async throws {
        let commands = try await Self.commands(of: executable)
        #expect(
            commands.subtracting(table.keys) == [], "a command without a line in the table above: give it arguments")
        var count = 0
        func run(_ command: String, _ output: Program.Sink, _ log: Program.Sink) async throws -> Ran {
            if command == "keys revoke" { try await cluster.espalier("keys", "add", "worker", "node-\(count + 1)") }
            count += 1
            let words = command.hasPrefix("-") ? [] : command.split(separator: " ").map(String.init)
            let arguments = (words + (table[command] ?? [])).map {
                $0.replacing("@", with: cluster.directory.path).replacing("#", with: "\(count)")
            }
            let program = try Program(
                arguments, executable: executable, output: output, log: log)
            return Ran(code: await program.ended(), output: program.output, log: program.log)
        }
        for command in table.keys.sorted() {
            let sound = try await run(command, .captured, .captured)
            #expect((0...2).contains(sound.code), "\(executable) \(command): \(sound.log)")
            for sink in Program.Sink.allCases where sink != .captured {
                let unread = try await run(command, sink, .captured)
                let isAsked = !sound.output.isEmpty
                #expect(unread.code == (isAsked ? 1 : sound.code), "\(command), output \(sink): \(unread.log)")
                #expect(
                    unread.log.contains("\(executable): standard output cannot be written: ") == isAsked,
                    "\(command), output \(sink): \(unread.log)")
                let unheard = try await run(command, .captured, sink)
                #expect(unheard.code == sound.code, "\(command), standard error \(sink)")
                #expect(unheard.output.isEmpty == sound.output.isEmpty, "\(command), standard error \(sink)")
            }
        }
    }

    private struct Ran {
        let code: Int32
        let output, log: String
    }

    /// "keys add" and the like, as the program itself lists them.
    private static func commands(of executable: String) async throws -> Set<String> {
        struct Command: Decodable {
            let commandName: String
            let subcommands: [Command]?

            func leaves(below path: String) -> [String] {
                guard let subcommands else { return [path] }
                return subcommands.flatMap {
                    $0.leaves(below: path.isEmpty ? $0.commandName : "\(path) \($0.commandName)")
                }
            }
        }
        struct Document: Decodable { let command: Command }
        let program = try Program(["--experimental-dump-help"], executable: executable)
        #expect(await program.ended() == 0)
        let document = try JSONDecoder().decode(Document.self, from: Data(program.output.utf8))
        return Set(document.command.leaves(below: ""))
    }
}
