// The one set of rules for what an engine measured. Workers apply it where they read the engine's line, the coordinator
// where it reads the worker's result: what the one accepts, the other accepts.
extension Outcome {
    /// The outcome as it is kept: rounding errors set right, and of a diverged one without the numbers that are not finite.
    ///
    /// - Parameter kind: Of the stage, where it is known: pruning has to say which sparsity it reached.
    /// - Throws: The first thing wrong with it.
    package func accepted(of kind: Stage.Kind? = nil) throws(Malformed) -> Outcome {
        var outcome = status == .diverged ? withoutNonFinite : self
        outcome.note = Check.plain(note)
        outcome.environment = Check.plain(environment)
        try Check.seconds(outcome.seconds, "seconds")
        try Self.check(roles: artifacts.map(\.role))
        try outcome.checkLayers()
        try outcome.settleEpochs()
        try outcome.settleMeasures()
        try outcome.checkConsistency()
        if status == .ok {
            for measure in kind == .prune ? [Measure.testAccuracy, .sparsity] : [.testAccuracy]
            where outcome.measures[measure.rawValue] == nil {
                throw Malformed(reason: "\(measure.rawValue), \(measure.bounds.text), is missing")
            }
        }
        return outcome
    }

    /// The roles of its artifacts, before anybody touches the files.
    package static func check(roles: [String]) throws(Malformed) {
        try Check.length(roles.count, "artifacts", 64)
        var seen: Set<String> = []
        for role in roles {
            try Check.name(role, "an artifact's role")
            guard seen.insert(role).inserted else {
                throw Malformed(reason: "two artifacts have the role \(Check.quoted(role))")
            }
        }
    }

    // MARK: - Private

    private var withoutNonFinite: Outcome {
        var outcome = self
        outcome.measures = measures.filter(\.value.isFinite)
        outcome.epochs = epochs.filter { $0.numbers.allSatisfy(\.value.isFinite) }
        if !seconds.isFinite { outcome.seconds = 0 }
        return outcome
    }

    private func checkLayers() throws(Malformed) {
        try Check.length(layers.count, "layers", Self.rows)
        var seen: Set<String> = []
        for layer in layers {
            try Check.name(layer.parameter, "a layer's name", 1...256)
            let name = "the layer \(Check.quoted(layer.parameter))"
            try Check.count(layer.total, "the total of \(name)")
            guard layer.nonzero <= layer.total else {
                throw Malformed(reason: "\(name) has \(layer.nonzero) nonzero weights of \(layer.total)")
            }
            guard seen.insert(layer.parameter).inserted else { throw Malformed(reason: "\(name) is there twice") }
        }
    }

    private mutating func settleEpochs() throws(Malformed) {
        try Check.length(epochs.count, "epochs", Self.rows)
        for (index, epoch) in epochs.enumerated() {
            try Check.name(epoch.phase, "the phase of an epoch", 0...Check.nameBytes)
            for (field, value) in epoch.numbers { try Check.number(value, "\(field) of epoch \(epoch.epoch)") }
            guard let accuracy = Measure.Bounds.share.settled(epoch.validationAccuracy) else {
                throw Malformed(
                    reason: "validation_accuracy of epoch \(epoch.epoch) is \(epoch.validationAccuracy.plain), not "
                        + Measure.Bounds.share.text)
            }
            epochs[index].validationAccuracy = accuracy
        }
    }

    private mutating func settleMeasures() throws(Malformed) {
        try Check.length(measures.count, "measures")
        // In the order of their names, so that equal outcomes are refused with equal sentences.
        for (name, value) in measures.sorted(by: { $0.key < $1.key }) {
            try Check.name(name, "a measure's name")
            try Check.number(value, name)
            guard let measure = Measure(rawValue: name) else { continue }
            guard let settled = measure.bounds.settled(value) else {
                throw Malformed(reason: "\(name) is \(value.plain), not \(measure.bounds.text)")
            }
            measures[name] = settled
        }
    }

    /// Numbers that say the same thing twice must not say two things.
    private func checkConsistency() throws(Malformed) {
        func value(_ measure: Measure) -> Double? { measures[measure.rawValue] }
        for (part, whole) in Measure.ordered {
            guard let less = value(part), let more = value(whole), less > more else { continue }
            throw Malformed(
                reason: "\(part.rawValue) is \(less.plain), more than \(whole.rawValue), which is \(more.plain)")
        }
        if let sparsity = value(.sparsity), let total = value(.prunableTotal), let left = value(.prunableNonzero),
            total > 0, abs(sparsity - (1 - left / total)) > 0.005
        {
            throw Malformed(
                reason:
                    "sparsity is \(sparsity.plain), but \(left.plain) of \(total.plain) prunable weights are nonzero")
        }
        if let ratio = value(.compressionRatio), let total = value(.parametersTotal),
            let left = value(.parametersNonzero), abs(ratio * max(left, 1) - total) > 0.01 * total
        {
            throw Malformed(
                reason:
                    "compression_ratio is \(ratio.plain), but \(left.plain) of \(total.plain) parameters are nonzero")
        }
    }

    private static let rows = 1 << 17
}

extension Outcome.EpochRecord {
    fileprivate var numbers: [(field: String, value: Double)] {
        [
            ("learning_rate", learningRate), ("training_loss", trainingLoss), ("validation_loss", validationLoss),
            ("validation_accuracy", validationAccuracy),
        ]
    }
}
