/// What a method entry inherits from the sweep.
struct MethodDefaults {
    var levels: [Level]
    var retrain: Retrain
    var training: Training
    var layers: LayerSelection
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

    /// The standard controls that no entry asks for, as plain entries.
    mutating func addControls(to entries: inout [SweepFile.Entry], at field: Field, _ defaults: MethodDefaults) {
        for method in MethodCatalogue.standardControls where !entries.contains(where: { $0.method == method }) {
            guard !entries.contains(where: { $0.label == method }) else {
                reader.report(
                    field, "the control '\(method)' needs its name as a label; give the entry that has it another")
                continue
            }
            entries.append(entry(of: method, at: field, [:], defaults))
        }
    }

    /// `- magnitude-global`
    private mutating func plain(_ field: Field, _ defaults: MethodDefaults) -> SweepFile.Entry? {
        methodName(field, defaults).map { entry(of: $0, at: field, [:], defaults) }
    }

    /// `- method: magnitude-global` with more keys.
    private mutating func entry(_ field: Field, _ defaults: MethodDefaults) -> SweepFile.Entry? {
        let keys = [
            "method", "label", "start", "allocation", "layers", "schedule", "iterations", "knobs", "sparsities",
            "levels",
            "retrain",
        ]
        guard let fields = reader.section(field, keys: keys) else { return nil }
        if fields["method"] == nil { reader.report(field, "the key 'method' is missing; add `method: NAME`") }
        let method = fields["method"].flatMap { methodName($0, defaults) }
        // The other keys are read even where the method is not known: one pass finds all faults.
        let entry = entry(of: method ?? "", at: field, fields, defaults)
        return method == nil ? nil : entry
    }

    private mutating func entry(
        of method: String, at field: Field, _ fields: [String: Field], _ defaults: MethodDefaults
    ) -> SweepFile.Entry {
        let known = MethodCatalogue[method]
        let label = fields["label"].flatMap { reader.name($0) }
        let course = course(fields, known)
        let layers = fields["layers"].map { self.layers($0) } ?? defaults.layers
        let retrain = retrain(fields["retrain"], course, known, defaults)
        var levels = levels(fields, known, defaults)
        if course.isCascade { levels.sort { $0.sparsity ?? 0 < $1.sparsity ?? 0 } }
        if course.isCascade, retrain.mode == .weightRewinding, known?.structure == .channel || known?.structure == .rank
        {
            reader.report(
                fields["schedule"] ?? field,
                "\(method) leaves a smaller network, which has no initial weights to go back to; write another `retrain.mode`"
            )
        }
        // A network that is pruned in the course of its training has no point from which to go back.
        let prunesInTraining = course.schedule == .gradual || known?.course == .train
        if prunesInTraining, course.start == .trained,
            retrain.mode == .weightRewinding || retrain.mode == .reinitialise
        {
            reader.report(
                fields["retrain"] ?? field,
                """
                \(method) prunes while the trained network goes on training, which goes back to no other weights; write \
                `retrain: {mode: learning-rate-rewinding}` or fine-tune
                """)
        }
        if course.isCascade, levels.count > SweepFile.maximumCascade {
            reader.report(
                fields["schedule"] ?? field,
                "\(levels.count) levels are too long a cascade; at most \(SweepFile.maximumCascade) start one from another"
            )
        }
        return SweepFile.Entry(
            label: label ?? method, method: method, levels: levels, knobs: knobs(fields["knobs"], known, defaults),
            start: course.start, allocation: allocation(fields["allocation"], known), layers: layers,
            schedule: course.schedule, isCascade: course.isCascade, retrain: retrain)
    }

    private mutating func methodName(_ field: Field, _ defaults: MethodDefaults) -> String? {
        defaults.ownEngine
            ? reader.name(field) : reader.choice(field, among: MethodCatalogue.names, what: "method")
    }

    /// The sweep's retraining in the method's own mode, where it has one, with the entry's changes.
    ///
    /// What prunes before the training is not retrained. Its stages then say the same whatever the sweep's retraining is,
    /// so that they are known again.
    private mutating func retrain(
        _ field: Field?, _ course: Course, _ method: MethodCatalogue.Entry?, _ defaults: MethodDefaults
    ) -> Retrain {
        let base = Retrain(mode: method?.retrainMode ?? defaults.retrain.mode, epochs: defaults.retrain.epochs)
        guard course.start == .initialisation, method?.course != .trainPruneRetrain else {
            return retrain(field, base: base, defaults.training)
        }
        if let field {
            reader.report(
                field,
                """
                \(method?.name ?? "an entry") that starts at initialisation trains once, as the dense network does; remove \
                the key or write `start: trained`
                """)
        }
        return Retrain(mode: .fineTune, epochs: 0)
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
