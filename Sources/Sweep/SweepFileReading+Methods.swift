/// What a method entry inherits from the sweep.
struct MethodDefaults {
    var levels: [Level]
    var retrain: Retrain
    var training: Training
    /// The engine is the user's own: methods and knobs may be any.
    var ownEngine: Bool
}

/// Reads `methods`.
extension SweepFileReading {
    mutating func methods(_ field: Field, _ defaults: MethodDefaults) -> [SweepFile.Entry] {
        var entries: [SweepFile.Entry] = []
        var labels: [String: String] = [:]
        for field in reader.list(field, of: "method") ?? [] {
            guard let entry = field.isScalar ? plain(field, defaults) : entry(field, defaults) else {
                continue
            }
            if let earlier = labels[entry.label] {
                reader.report(
                    field, "the label '\(entry.label)' is taken by \(earlier); give one of them a `label` of its own")
            } else {
                labels[entry.label] = field.path
            }
            entries.append(entry)
        }
        return entries
    }

    /// `- magnitude-global`
    private mutating func plain(_ field: Field, _ defaults: MethodDefaults) -> SweepFile.Entry? {
        guard let method = methodName(field, defaults) else { return nil }
        let known = MethodCatalogue[method]
        return SweepFile.Entry(
            label: method, method: method, levels: defaults.levels, knobs: knobs(nil, known, defaults),
            start: known?.start ?? .trained, allocation: known?.allocations.first ?? .global, layers: .all,
            schedule: schedule(iterations: known?.iterations ?? 1), retrain: retrain(of: known, defaults))
    }

    /// `- method: magnitude-global` with more keys.
    private mutating func entry(_ field: Field, _ defaults: MethodDefaults) -> SweepFile.Entry? {
        let keys = ["method", "label", "iterations", "knobs", "sparsities", "levels", "retrain"]
        guard let fields = reader.section(field, keys: keys) else { return nil }
        if fields["method"] == nil { reader.report(field, "the key 'method' is missing; add `method: NAME`") }
        let method = fields["method"].flatMap { methodName($0, defaults) }
        let known = method.flatMap { MethodCatalogue[$0] }
        let label = fields["label"].flatMap { reader.name($0) }
        let iterations = fields["iterations"].flatMap { reader.integer($0, 1...100) } ?? known?.iterations ?? 1
        let retrain = retrain(fields["retrain"], base: retrain(of: known, defaults), defaults.training)
        let levels = levels(fields, known, defaults)
        guard let method else { return nil }
        return SweepFile.Entry(
            label: label ?? method, method: method, levels: levels, knobs: knobs(fields["knobs"], known, defaults),
            start: known?.start ?? .trained, allocation: known?.allocations.first ?? .global, layers: .all,
            schedule: schedule(iterations: iterations), retrain: retrain)
    }

    private func schedule(iterations: Int) -> PruningSchedule {
        iterations > 1 ? .iterative(rounds: iterations) : .oneShot
    }

    /// The sweep's retraining in the method's own mode, where it has one.
    private func retrain(of method: MethodCatalogue.Entry?, _ defaults: MethodDefaults) -> Retrain {
        Retrain(mode: method?.retrainMode ?? defaults.retrain.mode, epochs: defaults.retrain.epochs)
    }

    private mutating func methodName(_ field: Field, _ defaults: MethodDefaults) -> String? {
        defaults.ownEngine
            ? reader.name(field) : reader.choice(field, among: MethodCatalogue.names, what: "method")
    }

    private mutating func levels(
        _ fields: [String: Field], _ method: MethodCatalogue.Entry?, _ defaults: MethodDefaults
    ) -> [Level] {
        let sparsities = fields["sparsities"].map { self.sparsities($0).map { Level.sparsity($0) } }
        guard let field = fields["levels"] else { return sparsities ?? defaults.levels }
        if sparsities != nil {
            reader.report(field, "an entry sweeps `sparsities` or `levels`, not both; make it two entries with labels")
        }
        guard let knobs = reader.mapping(field) else { return [] }
        guard knobs.count == 1, let (key, values) = knobs.first else {
            reader.report(field, "\(knobs.count) knobs; write exactly one, as {alpha: [0.9, 0.95]}")
            return []
        }
        if let method {
            guard let knob = method.levelKnob else {
                reader.report(values, "\(method.name) has no knob to sweep; write `sparsities: [...]`")
                return []
            }
            guard knob.name == key.text else {
                reader.report(
                    values, "\(method.name) cannot sweep \(quoted(key.text)); allowed are \(knob.name) or `sparsities`")
                return []
            }
        }
        let range = method?.levelKnob?.range ?? .anyNumber
        return distinct(reader.list(values, of: "value") ?? []) { $0.number($1, range) }
            .map { .knob(name: key.text, value: $0) }
    }

    /// The knobs given and the defaults of the others.
    private mutating func knobs(
        _ field: Field?, _ method: MethodCatalogue.Entry?, _ defaults: MethodDefaults
    ) -> [String: Double] {
        var values: [String: Double] = [:]
        for knob in method?.knobs ?? [] { values[knob.name] = knob.defaultValue }
        guard let field else { return values }
        guard let method else {
            // Unknown method: with an engine of the user's own, its knobs are any numbers.
            guard defaults.ownEngine else { return values }
            for (key, value) in reader.mapping(field) ?? [] { values[key.text] = reader.number(value, .anyNumber) }
            return values
        }
        if method.knobs.isEmpty {
            reader.report(field, "\(method.name) has no knobs; remove the key")
            return values
        }
        for (name, value) in reader.section(field, keys: method.knobs.map(\.name)) ?? [:] {
            guard let knob = method.knobs.first(where: { $0.name == name }) else { continue }
            let number =
                knob.isInteger
                ? reader.integer(value, Int(knob.range.lower)...Int(knob.range.upper)).map(Double.init)
                : reader.number(value, knob.range)
            if let number { values[name] = number }
        }
        return values
    }
}
