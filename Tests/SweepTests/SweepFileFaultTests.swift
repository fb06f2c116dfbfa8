import Sweep
import Testing

/// What is wrong with a sweep file is said in one sentence with the place, the value, what is allowed and a suggestion.
@Suite struct SweepFileFaultTests {
    static let head = "network: lenet-300-100\ndataset: digits\n"

    static let methods = MethodCatalogue.names.joined(separator: ", ")

    /// The third line on, and the only issue.
    static let faults: [(String, String)] = [
        (
            "methods: [random]\nsparsity: [0.5]",
            "4:1: sparsity: unknown key 'sparsity' (did you mean 'sparsities'?); allowed are name, network, dataset, validation, seeds, threads, priority, engine, training, sparsities, layers, retrain, controls, methods"
        ),
        (
            "methods: [magnitude-globl]",
            "3:11: methods[0]: unknown method 'magnitude-globl' (did you mean 'magnitude-global'?); allowed are \(methods)"
        ),
        (
            "methods: [xyz]",
            "3:11: methods[0]: unknown method 'xyz'; allowed are \(methods)"
        ),
        (
            "methods:\n  - random\n  - method: nnrelief\n    sparsities: [0.5, 1.2]",
            "6:23: methods[1].sparsities[1]: '1.2' is out of range; allowed is at least 0 and less than 1"
        ),
        (
            "methods: [random]\nsparsities: [0.5, 1]",
            "4:19: sparsities[1]: '1' is out of range; allowed is at least 0 and less than 1"
        ),
        (
            "methods: [random]\nsparsities: [0.5, 5e-1]",
            "4:19: sparsities[1]: 0.5 is in the list already, at sparsities[0]; remove one"
        ),
        ("methods: [random]\nsparsities: []", "4:13: sparsities: the list is empty; give at least one sparsity"),
        ("methods: [random]\nsparsities: 0.5", "4:13: sparsities: '0.5' is not a list; write [sparsity, ...]"),
        (
            "methods: [random]\nsparsities: [\"0.5\"]",
            "4:14: sparsities[0]: '0.5' is text, not a number; remove the quotes"
        ),
        (
            "name: last\nmethods: [random]",
            "3:7: name: 'last' stands for the sweep submitted last wherever a sweep is named; choose another name"
        ),
        ("methods: []", "3:10: methods: the list is empty; give at least one method"),
        ("methods:", "3:9: methods: an empty value is not a list; write [method, ...]"),
        (
            "methods: [random, random]",
            "3:19: methods[1]: the label 'random' is taken by methods[0]; give one of them a `label` of its own"
        ),
        ("methods: [{label: a}]", "3:11: methods[0]: the key 'method' is missing; add `method: NAME`"),
        (
            "methods: [{method: random, label: ../x}]",
            "3:35: methods[0].label: '../x' is no name; allowed are 1 to 64 letters, digits, '.', '_', '-', the first a letter or digit"
        ),
        (
            "methods: [{method: random, iterations: 1.5}]",
            "3:40: methods[0].iterations: '1.5' is no whole number in range; allowed is 1 to 100"
        ),
        (
            "methods: [{method: random, knobs: {batch: 1}}]",
            "3:35: methods[0].knobs: random has no knobs; remove the key"
        ),
        (
            "methods: [{method: nnrelief, knobs: {bach: 1}}]",
            "3:38: methods[0].knobs.bach: unknown key 'bach' (did you mean 'batch'?); allowed are batch, conv-ratio"
        ),
        (
            "methods: [{method: nnrelief, knobs: {batch: 0}}]",
            "3:45: methods[0].knobs.batch: '0' is no whole number in range; allowed is 1 to 1000000"
        ),
        (
            "methods: [{method: nnrelief, levels: {alpha: [0]}}]",
            "3:47: methods[0].levels.alpha[0]: '0' is out of range; allowed is more than 0 and at most 1"
        ),
        (
            "methods: [{method: nnrelief, levels: {beta: [0.9]}}]",
            "3:45: methods[0].levels.beta: nnrelief cannot sweep 'beta'; allowed are alpha or `sparsities`"
        ),
        (
            "methods: [{method: random, levels: {alpha: [0.9]}}]",
            "3:44: methods[0].levels.alpha: random has no knob to sweep; write `sparsities: [...]`"
        ),
        (
            "methods: [{method: nnrelief, sparsities: [0.5], levels: {alpha: [0.9]}}]",
            "3:57: methods[0].levels: an entry sweeps `sparsities` or `levels`, not both; make it two entries with labels"
        ),
        ("methods: [random]\nseeds: [1, 1]", "4:12: seeds[1]: 1 is in the list already, at seeds[0]; remove one"),
        ("methods: [random]\nseeds: 0", "4:8: seeds: '0' is no whole number in range; allowed is 1 to 1000000"),
        (
            "methods: [random]\nseeds: 1000000",
            "3:10: methods: 5 levels over all methods x 1000000 seeds are 5000000 tasks; at most 1000000 fit one sweep, split it"
        ),
        (
            "methods: [random]\ntraining: {learning_rate: 1}",
            "4:12: training.learning_rate: unknown key 'learning_rate' (did you mean 'learning-rate'?); allowed are optimizer, learning-rate, momentum, weight-decay, batch-size, epochs, schedule, warm-up"
        ),
        (
            "methods: [random]\ntraining: {optimizer: adma}",
            "4:23: training.optimizer: unknown optimizer 'adma' (did you mean 'adam'?); allowed are sgd, adam"
        ),
        (
            "methods: [random]\ntraining: {optimizer: adam, momentum: 0.9}",
            "4:39: training.momentum: adam has no momentum; remove the key or write `optimizer: sgd`"
        ),
        (
            "methods: [random]\ntraining: {epochs: 5, warm-up: 6}",
            "4:32: training.warm-up: '6' is out of range; allowed is at least 0 and at most 5"
        ),
        (
            "methods: [random]\ntraining: {epochs: 5, schedule: {step: {epochs: [2, 5]}}}",
            "4:53: training.schedule.step.epochs[1]: epoch 5 is not inside the training; allowed is 1 to 4, counted from 0"
        ),
        (
            "methods: [random]\ntraining: {schedule: {step: {epochs: [9, 3]}}}",
            "4:38: training.schedule.step.epochs: the epochs must rise; sort them"
        ),
        (
            "methods: [random]\ntraining: {schedule: {step: {factor: 0.1}}}",
            "4:29: training.schedule.step: a step schedule needs `epochs: [...]`, the epochs at which the learning rate falls"
        ),
        (
            "methods: [random]\ntraining: {schedule: step}",
            "4:22: training.schedule: write the steps as {step: {epochs: [10, 15], factor: 0.1}}"
        ),
        (
            "methods: [random]\ntraining: {schedule: cosin}",
            "4:22: training.schedule: unknown schedule 'cosin' (did you mean 'cosine'?); allowed are constant, cosine, step"
        ),
        (
            "methods: [random]\nretrain: {epochs: 21}",
            "4:19: retrain.epochs: learning-rate rewinding replays the last epochs of the training, which has 20, not 21; lower it or write `mode: fine-tune`"
        ),
        (
            "methods: [{method: nnrelief, allocation: global}]",
            "3:42: methods[0].allocation: nnrelief decides itself what each layer loses; remove the key"
        ),
        (
            "methods: [{method: magnitude-layer, allocation: global}]",
            "3:49: methods[0].allocation: unknown allocation of magnitude-layer 'global'; allowed are uniform, erk"
        ),
        (
            "methods: [{method: snip, start: initialization}]",
            "3:33: methods[0].start: unknown start 'initialization' (did you mean 'initialisation'?); allowed are trained, initialisation"
        ),
        (
            "methods: [{method: snip, retrain: {epochs: 1}}]",
            "3:35: methods[0].retrain: snip that starts at initialisation trains once, as the dense network does; remove the key or write `start: trained`"
        ),
        (
            "methods: [{method: snip, schedule: cascade}]",
            "3:36: methods[0].schedule: a cascade starts from the dense network; write `start: trained`"
        ),
        (
            "methods: [{method: movement, retrain: {mode: reinitialise}}]",
            "3:39: methods[0].retrain: movement prunes while the trained network goes on training, which goes back to no other weights; write `retrain: {mode: learning-rate-rewinding}` or fine-tune"
        ),
        (
            "methods: [{method: sipp-random, schedule: gradual}]",
            "3:43: methods[0].schedule: sipp-random cannot be gradual, only methods that score single weights; remove the key"
        ),
        (
            "methods: [{method: dense, sparsities: [0.5]}]",
            "3:39: methods[0].sparsities: dense removes nothing; remove the key, or write another method"
        ),
        (
            "methods: [{method: random, schedule: cascad}]",
            "3:38: methods[0].schedule: unknown schedule 'cascad' (did you mean 'cascade'?); allowed are one-shot, iterative, cascade, gradual"
        ),
        (
            "methods: [{method: random, schedule: iterative}]",
            "3:38: methods[0].schedule: an iterative schedule has more than one round; add `iterations: N`"
        ),
        (
            "methods: [{method: random, schedule: cascade, iterations: 3}]",
            "3:38: methods[0].schedule: cascade has no iterations; write `schedule: iterative`"
        ),
        (
            "methods: [{method: filter-l1, schedule: gradual}]",
            "3:41: methods[0].schedule: filter-l1 cannot be gradual, only methods that score single weights; remove the key"
        ),
        (
            "methods: [{method: filter-l1, schedule: cascade, retrain: {mode: weight-rewinding}}]",
            "3:41: methods[0].schedule: filter-l1 leaves a smaller network, which has no initial weights to go back to; write another `retrain.mode`"
        ),
        (
            "methods: [{method: str, iterations: 3}]",
            "3:37: methods[0].iterations: str prunes within one training; remove the key"
        ),
        (
            "methods: [{method: str, schedule: gradual}]",
            "3:35: methods[0].schedule: str prunes within one training, which is one-shot; remove the key"
        ),
        (
            "methods: [{method: random, sparsities: {from: 0, to: 0.9, count: 101, spacing: linear}, schedule: cascade}]",
            "3:99: methods[0].schedule: 101 levels are too long a cascade; at most 100 start one from another"
        ),
        (
            "methods: [random]\nlayers: {exclude: [last, 'a b']}",
            "4:26: layers.exclude[1]: 'a b' is no pattern; allowed are first, last, convolution, linear, or a layer's name with * for any characters"
        ),
        (
            "methods: [random]\nsparsities: {from: 0.5, to: 0.9}",
            "4:13: sparsities: the key 'count' is missing; write {from: A, to: B, count: N}"
        ),
        (
            "methods: [random]\nsparsities: {from: 0.5, to: 0.50001, count: 4}",
            "4:13: sparsities: 4 values from 0.5 to 0.50001 are not all different; lower the count"
        ),
        (
            "methods: [{method: str, levels: {s-init: {from: -10, to: 5, count: 4}}}]",
            "3:42: methods[0].levels.s-init: no factor leads from -10 to 5; write `spacing: linear`"
        ),
        (
            "methods: [random]\ncontrols: yes",
            "4:11: controls: unknown value 'yes'; allowed are true, false"
        ),
        (
            "methods: [{method: snip, label: random}]\ncontrols: true",
            "4:11: controls: the control 'random' needs its name as a label; give the entry that has it another"
        ),
        (
            "methods: [random]\nvalidation: 0",
            "4:13: validation: '0' is out of range; allowed is at least 0.01 and at most 0.5"
        ),
        (
            "methods: [random]\nengine: espalier-engine",
            "4:9: engine: 'espalier-engine' is not a list; write [word, ...]"
        ),
        (
            "methods: [random]\nname: 'a\"><script>'",
            "4:7: name: 'a\"><script>' is no name; allowed are 1 to 64 letters, digits, '.', '_', '-', the first a letter or digit"
        ),
        ("methods: [random]\nmethods: [nnrelief]", "3:1: 'methods' is given twice; keep one of them"),
        (
            "methods: [random",
            "4:1: not valid YAML: did not find expected ',' or ']' while parsing a flow sequence that begins in line 3"
        ),
        (
            "methods: [random]\n\tname: x",
            "4:1: not valid YAML: found character that cannot start any token while scanning for the next token that begins in line 4"
        ),
        ("methods: [*base]", "3:11: not valid YAML: found undefined alias"),
        (
            "methods: [random]\n---\nnetwork: lenet-5",
            "4:1: not valid YAML: but found another document expected a single document in the stream that begins in line 1"
        ),
    ]

    func messages(_ yaml: String) -> [String] {
        do {
            _ = try SweepFile(yaml: yaml, fileName: "s.yaml")
            return []
        } catch {
            return error.description.split(separator: "\n").map(String.init)
        }
    }

    @Test(arguments: Self.faults)
    func isSaidInOneSentence(yaml: String, message: String) {
        #expect(messages(Self.head + yaml) == ["s.yaml:\(message)"])
    }

    @Test(arguments: [
        ("", "1:1: the file is empty; a sweep needs network, dataset and methods"),
        ("# nothing", "1:1: the file is empty; a sweep needs network, dataset and methods"),
        ("lenet-5", "1:1: 'lenet-5' is not a mapping; write `key: value` pairs"),
        ("- a", "1:1: a list is not a mapping; write `key: value` pairs"),
        (
            "network: lenet-5\ndataset: digits\nmethods: [random]",
            "1:10: network: lenet-5 needs images of at least 16x16, digits has 8x8; for this data set take lenet-300-100, "
                + "noiseout-lenet, resnet-20, resnet-32, resnet-56, resnet-110, resnet-18, resnet-50, mobilenet-v1"
        ),
        (
            "network: lenet-5\ndataset: minst\nmethods: [random]",
            "2:10: dataset: unknown data set 'minst' (did you mean 'mnist'?); allowed are digits, mnist, cifar-10, synthetic"
        ),
        (
            "network: lenet5\ndataset: mnist\nmethods: [random]",
            "1:10: network: unknown network 'lenet5' (did you mean 'lenet-5'?); allowed are lenet-300-100, lenet-5, "
                + "noiseout-lenet, vgg-16-bn, resnet-20, resnet-32, resnet-56, resnet-110, resnet-18, resnet-50, "
                + "mobilenet-v1"
        ),
        ("a\u{0}b", "1:2: not valid YAML: control characters are not allowed"),
    ])
    func ofTheWholeFile(yaml: String, message: String) {
        #expect(messages(yaml) == ["s.yaml:\(message)"])
    }

    @Test func noControlCharacterReachesTheTerminal() {
        let lines = messages("\(Self.head)methods: [\"\\e[31m\\n\"]\n\"\\e]0;\\a\\n\": 1")
        #expect(lines.count == 2)
        #expect(lines.joined().unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    }

    @Test func aHugeFileIsRefused() {
        #expect(
            messages(String(repeating: "#", count: (1 << 20) + 1)) == [
                "s.yaml:1:1: the file has 1048577 bytes; at most 1048576 are read"
            ])
    }

    @Test func allFaultsAreFoundInOnePassInTheOrderOfTheFile() {
        let yaml = """
            netwrk: lenet-5
            sparsities: [0.5, x]
            dataset: cifar
            training: {epochs: 0, momentum: 2}
            methods: [random, {method: nnrelief, iterations: 0, retrain: {mode: none}}]
            """
        #expect(
            messages(yaml).map { $0.split(separator: ": ").prefix(2).joined(separator: ": ") } == [
                "s.yaml:1:1: netwrk", "s.yaml:1:1: the key 'network' is missing; add `network",
                "s.yaml:2:19: sparsities[1]",
                "s.yaml:3:10: dataset", "s.yaml:4:20: training.epochs", "s.yaml:4:33: training.momentum",
                "s.yaml:5:50: methods[1].iterations", "s.yaml:5:69: methods[1].retrain.mode",
            ])
    }

    @Test func aFloodOfFaultsIsCounted() {
        let list = Array(repeating: "2", count: 1000).joined(separator: ",")
        let lines = messages("\(Self.head)methods: [random]\nsparsities: [\(list)]")
        #expect(lines.count == 51)
        #expect(lines.last == "... and 950 more")
    }

    /// Nine nested lists of nine aliases expand to hundreds of millions of values.
    @Test(.timeLimit(.minutes(1))) func anAliasBombIsRefused() {
        var bomb = "a: &a [1,1,1,1,1,1,1,1,1]\n"
        for (name, previous) in zip("bcdefghi", "abcdefgh") {
            bomb += "\(name): &\(name) [\(Array(repeating: "*\(previous)", count: 9).joined(separator: ","))]\n"
        }
        #expect(
            messages(bomb) == [
                "s.yaml:1:1: the file has 72 aliases (*name); at most 20 are read, repeat the values instead"
            ])
    }

    /// Many aliases of one long list, few enough to be read, but too long expanded.
    @Test(.timeLimit(.minutes(1))) func theExpandedFileIsBounded() {
        let levels = (0..<60_000).map { "0.\(100_000 + $0)" }.joined(separator: ",")
        let entries = (0..<20).map { "- {method: random, label: l\($0), sparsities: *a}\n" }.joined()
        let lines = messages("\(Self.head)sparsities: &a [\(levels)]\nmethods:\n\(entries)")
        #expect(lines.contains { $0.hasSuffix("the file expands to more than 1000000 values; shorten it") })
    }

    @Test(.timeLimit(.minutes(1))) func deepNestingIsRefused() {
        #expect(messages(String(repeating: "[", count: 500_000)).count == 1)
        #expect(messages(String(repeating: "- ", count: 500_000)).count == 1)
        #expect(messages(String(repeating: "{a: ", count: 100_000)).count == 1)
    }

    @Test func anAliasStandsForItsValue() throws {
        let file = try SweepFile(
            yaml: "\(Self.head)sparsities: &s [0.5]\nmethods: [{method: random, sparsities: *s}]", fileName: "s.yaml")
        #expect(file.methods.first?.levels == [.sparsity(0.5)])
    }
}
