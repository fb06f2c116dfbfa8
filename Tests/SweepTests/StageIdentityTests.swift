import Sweep
import Testing

/// A stage's key is the name its result is stored under: it must not change by accident, nor stand for two works.
@Suite struct StageIdentityTests {
    static let training = Training(
        optimizer: .sgd, learningRate: 0.1, momentum: 0.9, weightDecay: 1e-4, batchSize: 128, epochs: 20,
        schedule: .step(epochs: [10, 15], factor: 0.1), warmUp: 1)
    static let dense = Stage(
        kind: .train, network: "lenet-300-100",
        dataset: DatasetReference(name: "mnist", digest: String(repeating: "0", count: 64), validation: 0.1), seed: 0,
        threads: 1, training: training)
    static let parent = StageKey(hashing: "parent")
    static let pruned: Stage = {
        var stage = dense
        stage.kind = .prune
        stage.parents = [parent]
        stage.pruning = Pruning(
            method: "nnrelief", knobs: ["batch": 1000], level: .sparsity(0.95),
            retrain: Retrain(mode: .learningRateRewinding, epochs: 10))
        return stage
    }()

    @Test func theCanonicalDescriptionIsPinned() throws {
        #expect(
            try Self.pruned.canonicalJSON == """
                {"dataset":{"digest":"0000000000000000000000000000000000000000000000000000000000000000","name":"mnist",\
                "validation":0.1},"generation":2,"kind":"prune","network":"lenet-300-100",\
                "parents":["\(Self.parent.hex)"],"pruning":{"allocation":"global","knobs":{"batch":1000},\
                "layers":{"exclude":[],"include":[]},"level":{"sparsity":{"_0":0.95}},"method":"nnrelief",\
                "retrain":{"epochs":10,"mode":"learning-rate-rewinding"},"schedule":{"oneShot":{}},"start":"trained"},\
                "seed":0,"threads":1,\
                "training":{"batchSize":128,"epochs":20,"learningRate":0.1,"momentum":0.9,"optimizer":"sgd",\
                "schedule":{"step":{"epochs":[10,15],"factor":0.1}},"warmUp":1,"weightDecay":0.0001}}
                """)
    }

    @Test func theKeyIsPinned() throws {
        #expect(try Self.dense.key.hex == "b2a7ed6e8c0a1e95807278455c0f1bcb192656247c2214ab713924dd7574a151")
    }

    static let changes: [(String, @Sendable (inout Stage) -> Void)] = [
        ("generation", { $0.generation += 1 }), ("kind", { $0.kind = .train }), ("network", { $0.network = "lenet-5" }),
        ("dataset name", { $0.dataset.name = "digits" }), ("dataset digest", { $0.dataset.digest = "" }),
        ("validation", { $0.dataset.validation = 0.2 }), ("seed", { $0.seed = 1 }), ("threads", { $0.threads = 2 }),
        ("engine", { $0.engine = OwnEngine(command: ["python3", "train.py"]) }),
        ("engine version", { $0.engine = OwnEngine(command: ["python3", "train.py"], version: "2") }),
        ("engine file", { $0.engine = OwnEngine(command: ["python3", "train.py"], digests: ["train.py": "a"]) }),
        (
            "edited engine file",
            { $0.engine = OwnEngine(command: ["python3", "train.py"], digests: ["train.py": "b"]) }
        ),
        ("optimizer", { $0.training.optimizer = .adam }),
        ("learning rate", { $0.training.learningRate = 0.2 }), ("momentum", { $0.training.momentum = 0 }),
        ("weight decay", { $0.training.weightDecay = 0 }), ("batch size", { $0.training.batchSize = 64 }),
        ("epochs", { $0.training.epochs = 21 }), ("schedule", { $0.training.schedule = .cosine }),
        ("schedule epochs", { $0.training.schedule = .step(epochs: [10, 16], factor: 0.1) }),
        ("schedule factor", { $0.training.schedule = .step(epochs: [10, 15], factor: 0.2) }),
        ("warm-up", { $0.training.warmUp = 0.5 }), ("method", { $0.pruning?.method = "random" }),
        ("revision", { $0.pruning?.revision = 2 }),
        ("knobs", { $0.pruning?.knobs = ["batch": 999] }), ("level", { $0.pruning?.level = .sparsity(0.9) }),
        ("level kind", { $0.pruning?.level = .knob(name: "alpha", value: 0.95) }),
        ("start", { $0.pruning?.start = .initialisation }),
        ("allocation", { $0.pruning?.allocation = .uniform }),
        ("included layers", { $0.pruning?.layers.include = ["first"] }),
        ("excluded layers", { $0.pruning?.layers.exclude = ["first"] }),
        ("iterations", { $0.pruning?.schedule = .iterative(rounds: 2) }),
        ("other iterations", { $0.pruning?.schedule = .iterative(rounds: 3) }),
        ("gradual", { $0.pruning?.schedule = .gradual }), ("retrain mode", { $0.pruning?.retrain.mode = .fineTune }),
        ("retrain epochs", { $0.pruning?.retrain.epochs = 9 }),
        ("parents", { $0.parents = [StageKey(hashing: "other")] }),
    ]

    @Test func everyFieldCountsAndNoTwoStagesShareAKey() throws {
        var keys = [try Self.pruned.key: "none"]
        for (field, change) in Self.changes {
            var stage = Self.pruned
            change(&stage)
            let earlier = keys.updateValue(field, forKey: try stage.key)
            #expect(earlier == nil, "changing \(field) gives the key of changing \(earlier ?? "")")
        }
    }

    /// Releases before engines had versions stored the command line alone; the same stands for one without files.
    @Test func anEngineOfAnEarlierReleaseReadsBack() throws {
        var stage = Self.pruned
        stage.engine = OwnEngine(command: ["mine", "--fast"])
        let json = try stage.canonicalJSON
        #expect(json.contains(#""engine":["mine","--fast"]"#))
        #expect(try Stage(canonicalJSON: json) == stage)
        stage.engine = OwnEngine(command: ["mine"], version: "2", digests: ["x": "y"])
        #expect(try Stage(canonicalJSON: try stage.canonicalJSON) == stage)
    }

    @Test func aDescriptionReadsBackAsTheStageItCameFrom() throws {
        let json = try Self.pruned.canonicalJSON
        let read = try Stage(canonicalJSON: json)
        #expect(read == Self.pruned)
        #expect(try read.canonicalJSON == json)
        #expect(StageKey(hashing: json) == (try Self.pruned.key))
    }

    /// What the user calls things, and how urgent they are, is no part of the work.
    @Test func namesPriorityLabelsAndSpellingDoNotCount() throws {
        let plain = """
            {network: lenet-300-100, dataset: digits, seeds: 1, sparsities: [0.5], methods: [random]}
            """
        let dressed = """
            name: another-name
            priority: 9
            network: "lenet-300-100"
            dataset: digits
            seeds: [0]
            engine: [espalier-engine]
            methods: [{method: random, label: floor, sparsities: [5e-1]}]
            """
        func stages(_ yaml: String) throws -> [Plan.Node] { try Plan(SweepFile(yaml: yaml, fileName: "a.yaml")).stages }
        #expect(try stages(plain) == stages(dressed))
    }
}
