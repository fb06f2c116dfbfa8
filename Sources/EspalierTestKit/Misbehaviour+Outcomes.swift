internal import Foundation
internal import Wire

extension Misbehaviour {
    static let measures: [Misbehaviour] = [
        measure("test_accuracy", .nan, "test_accuracy is nan, which is not a finite number"),
        measure("validation_loss", .infinity, "validation_loss is inf"),
        measure("test_accuracy", 90, "test_accuracy is 90, not a number from 0 to 1"),
        measure("test_accuracy", -0.3, "test_accuracy is -0.3, not a number from 0 to 1"),
        measure("sparsity", 1.2, "sparsity is 1.2, not a number from 0 to 1"),
        measure("test_loss", 1e300, "test_loss is 1e+300, which is out of range"),
        measure("prunable_nonzero", 10.5, "prunable_nonzero is 10.5, not a whole number"),
        measure("parameters_stored", -1, "parameters_stored is -1, not a whole number, 0 or more"),
        measure("compression_ratio", 0.5, "compression_ratio is 0.5, not 1 or more"),
        measure("parameters_nonzero", 1e9, "parameters_nonzero is 1000000000, more than parameters_total"),
        measure("prunable_total", 1e9, "prunable_total is 1000000000, more than parameters_total"),
        measure("sparsity", 0.1, "sparsity is 0.1, but"),
        measure("compression_ratio", 100, "compression_ratio is 100, but"),
        measure("test_top5_accuracy", 0.1, "more than test_top5_accuracy"),
        measure("test_accuracy", nil, "test_accuracy, a number from 0 to 1, is missing"),
        measure("sparsity", nil, "sparsity, a number from 0 to 1, is missing"),
        measure("", 1, "a measure's name has 0 bytes"),
        measure(String(repeating: "x", count: 65), 1, "a measure's name has 65 bytes"),
        measure("mine\u{1b}[2J", 1, "holds a control character"),
        measure("mine", -.infinity, "mine is -inf"),
        outcome("too many measures", "measures has 5") { outcome in
            for index in 0..<5000 { outcome.measures["m\(index)"] = 0 }
        },
        lines("a bare NaN", "which is not a finite number and not JSON") { scene in
            let measures = #"{"test_accuracy":NaN}"#
            scene.say(line: #"{"stageKey":"\#(scene.run.stageKey)","outcome":{"status":"ok","measures":\#(measures)}}"#)
        },
        lines("1e400", "1e400") { scene in
            let measures = #"{"test_accuracy":1e400}"#
            scene.say(line: #"{"stageKey":"\#(scene.run.stageKey)","outcome":{"status":"ok","measures":\#(measures)}}"#)
        },
    ]

    static let shapes: [Misbehaviour] = [
        outcome("a status of its own", "'fine' is not one of the statuses ok, collapsed") { $0.status = "fine" },
        outcome("negative seconds", "seconds is -1.0, which is not a number of seconds") { $0.seconds = -1 },
        outcome("seconds NaN", "seconds is nan") { $0.seconds = .nan },
        outcome("more nonzero weights than weights", "nonzero weights of 266200") { $0.layers[0].nonzero = 1 << 40 },
        outcome("a layer without a name", "a layer's name has 0 bytes") { $0.layers[0].parameter = "" },
        outcome("a layer twice", "the layer 'fc1.weight' is there twice") { $0.layers.append($0.layers[0]) },
        outcome("a long phase of an epoch", "the phase of an epoch has 65 bytes") {
            $0.epochs[0].phase = String(repeating: "x", count: 65)
        },
        outcome("an infinite loss of an epoch", "training_loss of epoch 0 is inf") {
            $0.epochs[0].trainingLoss = .infinity
        },
        outcome("a percentage in an epoch", "validation_accuracy of epoch 0 is 97") {
            $0.epochs[0].validationAccuracy = 97
        },
        outcome("too many epochs", "epochs has 140000 entries") {
            $0.epochs = Array(repeating: WireEpochRecord(), count: 140_000)
        },
        outcome("too many artifacts", "artifacts has 65 entries") {
            $0.artifacts = Array(repeating: $0.artifacts[0], count: 65)
        },
        outcome("an artifact without a role", "an artifact's role has 0 bytes") { $0.artifacts[0].role = "" },
        outcome("a long role", "an artifact's role has 65 bytes") {
            $0.artifacts[0].role = String(repeating: "x", count: 65)
        },
        outcome("one role twice", "two artifacts have the role 'checkpoint'") { $0.artifacts.append($0.artifacts[0]) },
    ]
}
