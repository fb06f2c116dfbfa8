import Foundation
import Testing

/// A command that cannot work, and what the user is told.
///
/// "@" stands for the test's own directory, in which "@/state" is an initialised state directory.
struct BadInput: Sendable, CustomTestStringConvertible {
    /// What standard error holds.
    enum Form {
        /// One line, "espalier: " and the sentence.
        case sentence
        /// "Error: " and the sentence, then the command's usage.
        case usage
        /// The log of a process that did some work, its last line "espalier: " and the sentence.
        case log
    }

    let name: String
    let arguments: [String]
    var code: Int32 = 2
    var form = Form.sentence
    /// The thing, the place and the remedy: all in one line.
    let says: [String]
    /// What the paths begin with that may be new or changed afterwards.
    var leaves: [String] = []
    var prepare: @Sendable (Cluster) async throws -> Void = { _ in }

    var testDescription: String { name }
}

extension BadInput {
    static let all = sweepFiles + ownEngines + usage + data + states + keys + daemons + operators

    // MARK: - Sweep files

    /// A file with a fault, for `espalier plan`.
    private static func sweepFile(_ name: String, _ yaml: String, says: [String]) -> BadInput {
        BadInput(
            name: name, arguments: ["plan", "@/sweep.yaml"], says: says, prepare: { try $0.write(yaml, "sweep.yaml") })
    }

    static let good = "network: lenet-300-100\ndataset: digits\nseeds: [0]\nsparsities: [0.5]\n"

    private static let sweepFiles = [
        sweepFile(
            "unknown method", "\(good)methods: [magnitude-globl]",
            says: ["@/sweep.yaml:5:11: methods[0]: unknown method 'magnitude-globl' (did you mean 'magnitude-global'?)"]
        ),
        sweepFile(
            "unknown network", "network: lenet-5x\ndataset: mnist\nmethods: [random]",
            says: ["@/sweep.yaml:1:10: network: unknown network 'lenet-5x' (did you mean 'lenet-5'?)"]),
        sweepFile(
            "unknown data set", "network: lenet-5\ndataset: minst\nmethods: [random]",
            says: ["@/sweep.yaml:2:10: dataset: unknown data set 'minst' (did you mean 'mnist'?)", "digits"]),
        sweepFile(
            "sparsity 1.2", "network: lenet-5\ndataset: mnist\nsparsities: [1.2]\nmethods: [random]",
            says: ["@/sweep.yaml:3:14: sparsities[0]: '1.2' is out of range; allowed is at least 0 and less than 1"]),
        sweepFile(
            "duplicate seeds", "network: lenet-5\ndataset: mnist\nseeds: [3, 3]\nmethods: [random]",
            says: ["@/sweep.yaml:3:12: seeds[1]: 3 is in the list already, at seeds[0]; remove one"]),
        sweepFile(
            "broken YAML", "network: lenet-5\nmethods: [random",
            says: ["@/sweep.yaml:3:1: not valid YAML: did not find expected ',' or ']'", "begins in line 2"]),
        sweepFile(
            "unknown key", "\(good)metods: [random]\nmethods: [random]",
            says: ["@/sweep.yaml:5:1: metods: unknown key 'metods' (did you mean 'methods'?)"]),
        sweepFile(
            "no methods", "\(good)methods: []",
            says: ["@/sweep.yaml:5:10: methods: the list is empty; give at least one method"]),
        sweepFile(
            "lenet-5 on digits", "network: lenet-5\ndataset: digits\nmethods: [random]",
            says: [
                "@/sweep.yaml:1:10: network: lenet-5 needs images of at least 16x16, digits has 8x8", "lenet-300-100",
            ]),
        sweepFile(
            "a sweep called last", "name: last\n\(good)methods: [random]",
            says: ["@/sweep.yaml:1:7: name: 'last' stands for the sweep submitted last", "choose another name"]),
        sweepFile("an empty file", "", says: ["@/sweep.yaml:1:1: the file is empty; a sweep needs network"]),
        sweepFile("a NUL byte", "network: a\0b", says: ["@/sweep.yaml:1:11: not valid YAML: control characters"]),
        BadInput(
            name: "an endless sweep file", arguments: ["plan", "/dev/zero"],
            says: ["'/dev/zero' has more than 1048576 bytes: name a sweep file (YAML)"]),
        BadInput(
            name: "a file that cannot be read", arguments: ["plan", "/proc/self/mem"],
            says: ["'/proc/self/mem' cannot be read: Input/output error"]),
        BadInput(
            name: "no sweep file", arguments: ["plan", "@/nowhere.yaml"],
            says: ["there is no sweep file '@/nowhere.yaml'", "see deploy/sweeps"]),
        BadInput(
            name: "a directory for a sweep file", arguments: ["submit", "@", "--state", "@/state"],
            says: ["'@' is a directory: name a sweep file"]),
        BadInput(
            name: "not UTF-8", arguments: ["run", "@/sweep.yaml", "--state", "@/state"],
            says: ["'@/sweep.yaml' is not UTF-8 text: save it in that encoding"],
            prepare: { try $0.write([0x6e, 0xff, 0xfe, 0x0a], "sweep.yaml") }),
    ]

    // MARK: - Usage

    private static let usage = [
        BadInput(
            name: "a GPU, which the engine would not use", arguments: run + ["--devices", "cuda:0"], form: .usage,
            says: ["the device 'cuda:0' cannot be used: the engine has no support for GPUs yet", "leave --devices out"]),
        BadInput(
            name: "no slots", arguments: run + ["--slots", "0"], form: .usage,
            says: ["0 slots are not possible; ask for 1 to 1024 with --slots"]),
        BadInput(
            name: "an empty option", arguments: ["init", "--state", ""],
            says: ["the value of --state is empty: write one, or leave --state out"]),
        BadInput(
            name: "an empty option behind =", arguments: ["init", "--state="], says: ["the value of --state is empty"]),
        BadInput(
            name: "an empty argument", arguments: ["cancel", ""], says: ["an argument after 'cancel' is empty"]),
        BadInput(
            name: "unknown flag", arguments: ["list", "--jsn"], form: .usage,
            says: ["Unknown option '--jsn'", "'--json'"]),
        BadInput(
            name: "missing argument", arguments: ["plan"], form: .usage, says: ["Missing expected argument '<FILE>'"]),
        BadInput(name: "unknown command", arguments: ["prune"], form: .usage, says: ["Unexpected argument 'prune'"]),
        BadInput(
            name: "no such method", arguments: ["methods", "nnrelif"],
            says: ["there is no method 'nnrelif' (did you mean 'nnrelief'?): `espalier methods` lists them"]),
        BadInput(
            name: "unknown role", arguments: ["keys", "add", "janitor", "x"], form: .usage,
            says: ["The value 'janitor' is invalid", "'worker', 'operator' or 'viewer'"]),
        BadInput(
            name: "a lease shorter than heartbeats", arguments: ["coordinator", "--lease", "1", "--state", "@/state"],
            form: .usage, says: ["--lease at least three heartbeats, not 5.0 and 1.0"]),
    ]

    // MARK: - Data sets

    private static func mnist(_ cluster: Cluster) throws {
        try cluster.write(good.replacing("digits", with: "mnist") + "methods: [random]", "sweep.yaml")
    }

    private static let run = [
        "run", "@/sweep.yaml", "--state", "@/state", "--out", "@/report", "--slots", "1",
    ]

    private static let data = [
        BadInput(
            name: "no data directory", arguments: run + ["--data", "@/nowhere"],
            says: ["the data directory '@/nowhere' does not exist", "--data"], prepare: mnist),
        BadInput(
            name: "mnist without --data", arguments: run,
            says: ["the data set 'mnist' is not bundled", "--data DIR"], prepare: mnist),
        BadInput(
            name: "data file missing", arguments: run + ["--data", "@/data"], code: 1, form: .log,
            says: ["cannot read @/data/mnist/train-images-idx3-ubyte.gz", "put the original file there"],
            leaves: ["state/", "report/"],
            prepare: { cluster in
                try mnist(cluster)
                try cluster.write("", "data/mnist/README")
            }),
        BadInput(
            name: "wrong checksum", arguments: run + ["--data", "@/data"], code: 1, form: .log,
            says: [
                "@/data/mnist/train-images-idx3-ubyte.gz is not the file of the data set mnist", "instead of 440fcabf",
                "put the original file there",
            ],
            leaves: ["state/", "report/"],
            prepare: { cluster in
                try mnist(cluster)
                for part in ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"] {
                    try cluster.write("not what it should be", "data/mnist/\(part)-ubyte.gz")
                }
            }),
    ]

    // MARK: - State directories

    private static let opened = ["state/lock", "state/espalier.sqlite"]

    private static let states = [
        BadInput(
            name: "state directory not initialised", arguments: ["coordinator", "--state", "@/nowhere"],
            says: [
                "'@/nowhere' is not a state directory; name the one that the sweep ran on with --state DIR",
                "or make one with 'espalier init --state @/nowhere'",
            ]),
        BadInput(
            name: "init of an existing one", arguments: ["init", "--state", "@/state"],
            says: ["'@/state' is initialised already; its keys are kept"]),
        BadInput(
            name: "init among other files", arguments: ["init", "--state", "@/thesis"],
            says: ["'@/thesis' is not empty; choose a directory that does not exist yet"],
            prepare: { try $0.write("draft", "thesis/chapter-1") }),
        BadInput(
            name: "init below a file", arguments: ["init", "--state", "@/notes/state"], code: 1,
            says: ["cannot create '@/notes/state'", "choose another directory"], prepare: { try $0.write("", "notes") }),
        BadInput(
            name: "state directory in use", arguments: ["coordinator", "--state", "@/state"], code: 1,
            says: ["another coordinator (process ", "uses the state directory '@/state'; stop that one first"],
            prepare: { try await $0.startCoordinator() }),
        BadInput(
            name: "damaged database", arguments: ["coordinator", "--state", "@/state"], code: 1,
            says: ["the database '@/state/espalier.sqlite' is damaged", "restore it from a backup"],
            leaves: ["state/lock"],
            prepare: { try $0.write([UInt8](repeating: 0x2a, count: 8192), "state/espalier.sqlite") }),
        BadInput(
            name: "database of a newer version", arguments: ["coordinator", "--state", "@/state"], code: 1,
            says: ["the database '@/state/espalier.sqlite' was written by a newer Espalier; start that version"],
            leaves: opened, prepare: { try await $0.outdate() }),
        BadInput(
            name: "key list edited badly", arguments: ["coordinator", "--state", "@/state"], code: 1,
            says: ["'@/state/keys.json' is not a list of keys; restore it from a backup"], leaves: opened,
            prepare: { try $0.write("[{]", "state/keys.json") }),
    ]

    // MARK: - Keys

    /// A worker that is stopped by its key file before it does anything.
    private static func worker(
        _ name: String, key: String, code: Int32 = 2, says: [String],
        prepare: @escaping @Sendable (Cluster) async throws -> Void = { _ in }
    ) -> BadInput {
        BadInput(
            name: name,
            arguments: ["worker", "--coordinator", "tcp://127.0.0.1:1", "--key", key, "--spool", "@/spool"], code: code,
            says: says, prepare: prepare)
    }

    private static let keys = [
        worker("no key file", key: "@/ada.key", says: ["key file @/ada.key: does not exist", "'espalier keys add'"]),
        worker(
            "key file open to others", key: "@/ada.key",
            says: ["key file @/ada.key: is open to other users; run 'chmod 600' on it"],
            prepare: { cluster in
                try await cluster.espalier("keys", "add", "worker", "ada", "--out", "\(cluster.directory.path)/ada.key")
                chmod("\(cluster.directory.path)/ada.key", 0o644)
            }),
        worker(
            "malformed key file", key: "@/ada.key",
            says: ["key file @/ada.key: is not a complete key file; copy it again"],
            prepare: { cluster in
                try cluster.write("{\"role\": \"worker\"", "ada.key")
                chmod("\(cluster.directory.path)/ada.key", 0o600)
            }),
        worker(
            "an operator's key for a worker", key: "@/state/operator.key",
            says: ["the key in @/state/operator.key is a key for the role operator", "'espalier keys add worker NAME'"]),
        BadInput(
            name: "a worker's key for an operator",
            arguments: ["submit", "@/sweep.yaml", "--state", "@/state", "--key", "@/state/keys/ada.key"], code: 1,
            says: ["the key 'ada' is a worker's and may not submit a sweep; use a key file of the role operator"],
            prepare: { cluster in
                try cluster.write("\(good)methods: [random]", "sweep.yaml")
                try await cluster.espalier("keys", "add", "worker", "ada")
                try await cluster.startCoordinator()
            }),
        BadInput(
            name: "revoking an unknown key", arguments: ["keys", "revoke", "eve", "--state", "@/state"],
            says: ["there is no key named 'eve'; the keys are: operator"]),
        BadInput(
            name: "a name taken", arguments: ["keys", "add", "worker", "operator", "--state", "@/state"],
            says: ["there is a key named 'operator' already; revoke it first"]),
        BadInput(
            name: "a name that is a path", arguments: ["keys", "add", "worker", "../eve", "--state", "@/state"],
            says: ["'../eve' cannot be a key's name; use 1 to 64 of a-z"]),
        BadInput(
            name: "a key over another file",
            arguments: ["keys", "add", "worker", "ada", "--out", "@/thesis", "--state", "@/state"],
            says: ["key file @/thesis: exists and is not overwritten; remove it or choose another name"],
            prepare: { try $0.write("draft", "thesis") }),
    ]

    // MARK: - Coordinators and workers

    private static func engine(_ name: String, _ program: String, says: [String]) -> BadInput {
        BadInput(
            name: name,
            arguments: [
                "worker", "--coordinator", "tcp://127.0.0.1:1", "--key", "@/state/keys/ada.key", "--spool", "@/spool",
                "--engine", program,
            ], code: 1, says: ["the engine '\(program)' does not work"] + says + ["name another with --engine"],
            leaves: ["spool/"], prepare: { try await $0.espalier("keys", "add", "worker", "ada") })
    }

    private static let daemons = [
        BadInput(
            name: "port in use",
            arguments: [
                "coordinator", "--state", "@/second", "--control", "tcp://127.0.0.1:PORT", "--artifacts",
                "tcp://127.0.0.1:*",
            ], code: 1,
            says: ["cannot listen on tcp://127.0.0.1:PORT: another program already listens there", "another port"],
            leaves: ["second/"],
            prepare: { cluster in
                try await cluster.startCoordinator()
                try await Program(["init", "--state", "\(cluster.directory.path)/second"]).ended()
            }),
        BadInput(
            name: "malformed endpoint",
            arguments: [
                "coordinator", "--state", "@/state", "--control", "tcp://7733", "--artifacts", "tcp://127.0.0.1:*",
            ],
            says: ["cannot listen on tcp://7733: malformed address; write tcp://HOST:PORT"], leaves: opened),
        BadInput(
            name: "malformed coordinator of a worker",
            arguments: [
                "worker", "--coordinator", "head", "--key", "@/state/keys/ada.key", "--spool", "@/spool",
            ],
            says: ["'head' is not a coordinator's address; write tcp://HOST:PORT"],
            prepare: { try await $0.espalier("keys", "add", "worker", "ada") }),
        engine("engine missing", "/nowhere/engine", says: ["there is no such program"]),
        engine("an engine that is none", "/bin/true", says: ["it ended without describing itself (exit code 0)"]),
    ]

    // MARK: - Operators

    private static let operators = [
        BadInput(
            name: "malformed coordinator of an operator",
            arguments: ["list", "--coordinator", "head", "--key", "@/state/operator.key"],
            says: ["cannot connect to head: malformed address; write tcp://HOST:PORT"]),
        BadInput(
            name: "no coordinator on this state directory", arguments: ["watch", "--state", "@/state"], code: 1,
            says: ["no coordinator runs on the state directory '@/state': start one with espalier coordinator"]),
        BadInput(
            name: "coordinator unreachable",
            arguments: ["list", "--coordinator", "tcp://127.0.0.1:1", "--key", "@/state/operator.key"], code: 1,
            says: ["no answer from a coordinator at tcp://127.0.0.1:1; check the address"]),
        BadInput(
            name: "cancelling what is cancelled already", arguments: ["cancel", "sample", "--state", "@/state"],
            code: 1,
            says: ["the sweep 'sample' is cancelled already; there is nothing to cancel"],
            prepare: { cluster in
                try await cluster.startCoordinator()
                _ = try await cluster.submit("name: sample\n\(good)methods: [random]")
                try await cluster.espalier("cancel", "sample")
            }),
        BadInput(
            name: "a report over other files", arguments: ["report", "--state", "@/state", "--out", "@/thesis"],
            says: [
                "the folder '@/thesis' holds files that are not a report of this state directory", "--out DIR",
                "--overwrite",
            ],
            prepare: { cluster in
                try cluster.write("draft", "thesis/frontier.csv")
                try await cluster.startCoordinator()
                _ = try await cluster.submit("name: sample\n\(good)methods: [random]")
            }),
        BadInput(
            name: "a run whose report would go over other files",
            arguments: ["run", "@/sweep.yaml", "--state", "@/new", "--out", "@/thesis"],
            says: ["the folder '@/thesis' holds files that are not a report of this state directory", "--overwrite"],
            prepare: { cluster in
                try cluster.write("draft", "thesis/chapter.tex")
                try cluster.write("\(good)methods: [random]", "sweep.yaml")
            }),
        BadInput(
            name: "unknown sweep", arguments: ["cancel", "smaple", "--state", "@/state"],
            says: ["there is no sweep 'smaple'; the latest are: sample"],
            prepare: { cluster in
                try await cluster.startCoordinator()
                _ = try await cluster.submit("name: sample\n\(good)methods: [random]")
            }),
        BadInput(
            name: "a report into a file", arguments: ["report", "--state", "@/state", "--out", "@/thesis"], code: 1,
            says: ["cannot create '@/thesis", "a file is in the way: choose another directory"],
            prepare: { cluster in
                try cluster.write("draft", "thesis")
                try await cluster.startCoordinator()
                _ = try await cluster.submit("name: sample\n\(good)methods: [random]")
            }),
    ]
}
