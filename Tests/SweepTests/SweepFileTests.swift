import Testing

@testable import Sweep

@Suite struct SweepFileTests {
    static let head = "network: lenet-300-100\ndataset: digits\n"

    func file(_ yaml: String) throws(SweepFileError) -> SweepFile { try SweepFile(yaml: yaml, fileName: "s.yaml") }

    @Test("a byte order mark at the beginning is passed over")
    func byteOrderMark() throws {
        let yaml = "network: lenet-300-100\ndataset: digits\nmethods: [random]\n"
        #expect(
            try SweepFile(yaml: "\u{FEFF}\(yaml)", fileName: "s.yaml") == SweepFile(yaml: yaml, fileName: "s.yaml"))
    }

    @Test("names are those of the user's own engine even where its command line is faulty")
    func faultyEngine() throws {
        let yaml = "network: mine\ndataset: my-data\nengine: python3 train.py\nmethods: [my-method]\n"
        let error = #expect(throws: SweepFileError.self) { try SweepFile(yaml: yaml, fileName: "s.yaml") }
        #expect(error?.issues.map(\.keyPath) == ["engine"])
    }

    @Test func everythingButNetworkDataSetAndMethodsHasADefault() throws {
        let file = try file("network: lenet-5\ndataset: mnist\nmethods: [nnrelief]")
        let training = Training(
            optimizer: .sgd, learningRate: 0.1, momentum: 0, weightDecay: 1e-4, batchSize: 128, epochs: 20,
            schedule: .step(epochs: [10, 15], factor: 0.1), warmUp: 0)
        #expect(file.name == "lenet-5-mnist")
        #expect(file.dataset.validation == 0.1)
        #expect(file.dataset.digest == DatasetCatalogue["mnist"]?.digest)
        #expect((file.seeds, file.threads, file.priority, file.engine) == ([0, 1, 2], 1, 0, nil))
        #expect(file.training == training)
        #expect(
            file.methods == [
                .init(
                    label: "nnrelief", method: "nnrelief", levels: [0.5, 0.8, 0.9, 0.95, 0.98].map { .sparsity($0) },
                    knobs: ["batch": 1000, "conv-ratio": 1], start: .trained, allocation: .global, layers: .all,
                    schedule: .oneShot,
                    isCascade: false,
                    retrain: Retrain(mode: .learningRateRewinding, epochs: 20))
            ])
    }

    @Test func everyKeyIsRead() throws {
        let file = try file(
            """
            name: all.of_it-1
            network: lenet-300-100
            dataset: mnist
            validation: 0.2
            seeds: [7, 3]
            threads: 2
            priority: -5
            engine: [python3, train.py]
            training:
              optimizer: adam
              learning-rate: 1e-3
              weight-decay: 5E-4
              batch-size: 120
              epochs: 60
              schedule: {step: {epochs: [30], factor: .5}}
              warm-up: 0.5
            sparsities: [0, 0.5]
            retrain: {mode: fine-tune, epochs: 70}
            methods:
              - magnitude-global
              - method: nnrelief
                label: iterated
                iterations: 20
                knobs: {batch: 500}
                levels: {alpha: [0.9, 1]}
                retrain: {epochs: 60, mode: learning-rate-rewinding}
              - {method: nnrelief, retrain: {epochs: 5}}
            """)
        #expect(file.name == "all.of_it-1")
        #expect(file.dataset.validation == 0.2)
        #expect((file.seeds, file.threads, file.priority) == ([7, 3], 2, -5))
        #expect(file.engine == OwnEngine(command: ["python3", "train.py"]))
        #expect(
            file.training
                == Training(
                    optimizer: .adam, learningRate: 0.001, momentum: 0, weightDecay: 0.0005, batchSize: 120, epochs: 60,
                    schedule: .step(epochs: [30], factor: 0.5), warmUp: 0.5))
        #expect(
            file.methods == [
                .init(
                    label: "magnitude-global", method: "magnitude-global", levels: [.sparsity(0), .sparsity(0.5)],
                    knobs: [:], start: .trained, allocation: .global, layers: .all, schedule: .oneShot,
                    isCascade: false,
                    retrain: Retrain(mode: .fineTune, epochs: 70)),
                .init(
                    label: "iterated", method: "nnrelief",
                    levels: [.knob(name: "alpha", value: 0.9), .knob(name: "alpha", value: 1)],
                    knobs: ["batch": 500, "conv-ratio": 1], start: .trained, allocation: .global, layers: .all,
                    schedule: .iterative(rounds: 20), isCascade: false,
                    retrain: Retrain(mode: .learningRateRewinding, epochs: 60)),
                .init(
                    label: "nnrelief", method: "nnrelief", levels: [.sparsity(0), .sparsity(0.5)],
                    knobs: ["batch": 1000, "conv-ratio": 1], start: .trained, allocation: .global, layers: .all,
                    schedule: .oneShot,
                    isCascade: false,
                    retrain: Retrain(mode: .fineTune, epochs: 5)),
            ])
    }

    @Test(arguments: [("1e-4", 1e-4), ("1E-4", 1e-4), ("+0.5", 0.5), (".5", 0.5), ("1", 1), ("-0.0", 0), ("1.", 1)])
    func numbersAreDecimal(text: String, number: Double) throws {
        let file = try file("\(Self.head)methods: [random]\ntraining: {weight-decay: \(text)}")
        #expect(file.training.weightDecay == number)
        #expect(file.training.weightDecay.sign == .plus)
    }

    @Test(arguments: ["0x10", "010", "1_0", "nan", ".inf", "1e999", "1:30", "ten", "", "[1]", "~", "--1", "."])
    func whatIsNoDecimalNumberIsRefused(text: String) {
        #expect(throws: SweepFileError.self) {
            try file("\(Self.head)methods: [random]\ntraining: {epochs: \(text)}")
        }
    }

    @Test func aShortTrainingHasNoSteps() throws {
        for (epochs, schedule) in [
            (1, Training.Schedule.constant), (2, .constant), (3, .step(epochs: [1, 2], factor: 0.1)),
        ] {
            #expect(
                try file("\(Self.head)methods: [random]\ntraining: {epochs: \(epochs)}").training.schedule == schedule)
        }
    }

    /// Names the catalogues do not know are the business of the user's own engine; typing errors in keys are not.
    @Test func anEngineOfTheUsersOwnMayKnowOtherNames() throws {
        let yaml = """
            network: resnet-50
            dataset: imagenet
            methods: [{method: my-pruner, knobs: {strength: -2.5}, levels: {keep: [12]}}]
            engine: [python3, train.py]
            """
        let file = try file(yaml)
        #expect(file.network == "resnet-50" && file.dataset.name == "imagenet" && file.dataset.digest.isEmpty)
        #expect(file.methods.first?.knobs == ["strength": -2.5])
        #expect(file.methods.first?.levels == [.knob(name: "keep", value: 12)])
        #expect(throws: SweepFileError.self) { try self.file(yaml.replacing("engine: [python3, train.py]", with: "")) }
    }
}
