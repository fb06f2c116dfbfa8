/// Reads `training` and `retrain`.
extension SweepFileReading {
    mutating func training(_ field: Field?) -> Training {
        let keys = [
            "optimizer", "learning-rate", "momentum", "weight-decay", "batch-size", "epochs", "schedule", "warm-up",
        ]
        let fields = field.flatMap { reader.section($0, keys: keys) } ?? [:]
        let optimizer = fields["optimizer"].flatMap { word($0, Training.Optimizer.self, "optimizer") } ?? .sgd
        if optimizer == .adam, let momentum = fields["momentum"] {
            reader.report(momentum, "adam has no momentum; remove the key or write `optimizer: sgd`")
        }
        let epochs = fields["epochs"].flatMap { reader.integer($0, 1...100_000) } ?? 20
        let momentum = fields["momentum"].flatMap { reader.number($0, .below(1, from: 0)) } ?? 0
        return Training(
            optimizer: optimizer,
            learningRate: fields["learning-rate"].flatMap { reader.number($0, .above(0, upTo: 100)) }
                ?? (optimizer == .sgd ? 0.1 : 0.001),
            momentum: optimizer == .sgd ? momentum : 0,
            weightDecay: fields["weight-decay"].flatMap { reader.number($0, .closed(0, 1)) } ?? 1e-4,
            batchSize: fields["batch-size"].flatMap { reader.integer($0, 1...65_536) } ?? 128, epochs: epochs,
            schedule: fields["schedule"].map { schedule($0, epochs: epochs) } ?? Self.defaultSchedule(epochs: epochs),
            warmUp: fields["warm-up"].flatMap { reader.number($0, .closed(0, Double(epochs))) } ?? 0)
    }

    mutating func retrain(_ field: Field?, base: Retrain, _ training: Training) -> Retrain {
        guard let field, let fields = reader.section(field, keys: ["mode", "epochs"]) else { return base }
        let mode = fields["mode"].flatMap { word($0, Retrain.Mode.self, "mode") } ?? base.mode
        let epochs = fields["epochs"].flatMap { reader.integer($0, 0...100_000) } ?? base.epochs
        if mode == .learningRateRewinding, epochs > training.epochs {
            reader.report(
                fields["epochs"] ?? field,
                """
                learning-rate rewinding replays the last epochs of the training, which has \(training.epochs), not \
                \(epochs); lower it or write `mode: fine-tune`
                """)
        }
        return Retrain(mode: mode, epochs: epochs)
    }

    /// Steps by 0.1 at one half and three quarters of the training, left out where it is too short for them.
    private static func defaultSchedule(epochs: Int) -> Training.Schedule {
        let steps = [epochs / 2, epochs * 3 / 4]
        return steps[0] > 0 && steps[1] > steps[0] ? .step(epochs: steps, factor: 0.1) : .constant
    }

    private mutating func schedule(_ field: Field, epochs: Int) -> Training.Schedule {
        if field.isScalar {
            let name = reader.choice(field, among: ["constant", "cosine", "step"], what: "schedule")
            if name == "step" {
                reader.report(field, "write the steps as {step: {epochs: [10, 15], factor: 0.1}}")
            }
            return name == "cosine" ? .cosine : .constant
        }
        guard let step = reader.section(field, keys: ["step"])?["step"],
            let fields = reader.section(step, keys: ["epochs", "factor"])
        else { return .constant }
        let factor = fields["factor"].flatMap { reader.number($0, .above(0, upTo: 1)) } ?? 0.1
        guard let list = fields["epochs"] else {
            reader.report(step, "a step schedule needs `epochs: [...]`, the epochs at which the learning rate falls")
            return .constant
        }
        let steps = distinct(reader.list(list, of: "epoch") ?? []) { reader, field -> Int? in
            guard let epoch = reader.integer(field, 0...100_000) else { return nil }
            guard (1..<max(epochs, 1)).contains(epoch) else {
                reader.report(
                    field, "epoch \(epoch) is not inside the training; allowed is 1 to \(epochs - 1), counted from 0")
                return nil
            }
            return epoch
        }
        if steps != steps.sorted() { reader.report(list, "the epochs must rise; sort them") }
        return .step(epochs: steps, factor: factor)
    }

    mutating func word<Value>(_ field: Field, _ type: Value.Type, _ what: String) -> Value?
    where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
        reader.choice(field, among: Value.allCases.map(\.rawValue), what: what).flatMap(Value.init(rawValue:))
    }
}
