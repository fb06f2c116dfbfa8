/// Where an entry starts and how its rounds lead to a level.
struct Course {
    var start: Start
    var schedule: PruningSchedule
    var isCascade: Bool
}

/// Reads `start`, `schedule`, `iterations`, `allocation` and `layers`.
extension SweepFileReading {
    mutating func course(_ fields: [String: Field], _ method: MethodCatalogue.Entry?) -> Course {
        let start = fields["start"].flatMap { word($0, Start.self, "start") } ?? method?.start ?? .trained
        let given = fields["iterations"].flatMap { reader.integer($0, 1...100) }
        if let field = fields["iterations"], let method, method.course != .pruneAndRetrain {
            reader.report(field, "\(method.name) prunes within one training; remove the key")
        }
        let name = fields["schedule"].flatMap {
            reader.choice($0, among: ["one-shot", "iterative", "cascade", "gradual"], what: "schedule")
        }
        guard let field = fields["schedule"], let name else {
            let rounds = given ?? method?.iterations ?? 1
            return Course(start: start, schedule: rounds > 1 ? .iterative(rounds: rounds) : .oneShot, isCascade: false)
        }
        if let fault = fault(of: name, start: start, iterations: given, method) { reader.report(field, fault) }
        let rounds = given ?? method?.iterations ?? 1
        return Course(
            start: start,
            schedule: name == "gradual" ? .gradual : name == "iterative" ? .iterative(rounds: rounds) : .oneShot,
            isCascade: name == "cascade")
    }

    /// Why the schedule cannot be had, with the remedy.
    private func fault(
        of schedule: String, start: Start, iterations: Int?, _ method: MethodCatalogue.Entry?
    ) -> String? {
        if let method, schedule != "one-shot", method.course != .pruneAndRetrain {
            return "\(method.name) prunes within one training, which is one-shot; remove the key"
        }
        switch schedule {
        case "iterative":
            return iterations ?? method?.iterations ?? 1 > 1
                ? nil : "an iterative schedule has more than one round; add `iterations: N`"
        case "cascade" where start == .initialisation:
            return "a cascade starts from the dense network; write `start: trained`"
        case "gradual" where method.map { !$0.canBeGradual } ?? false:
            return "\(method?.name ?? "") cannot be gradual, only methods that score single weights; remove the key"
        default:
            return iterations ?? 1 > 1 ? "\(schedule) has no iterations; write `schedule: iterative`" : nil
        }
    }

    mutating func allocation(_ field: Field?, _ method: MethodCatalogue.Entry?) -> Allocation {
        let allowed = method?.allocations ?? Allocation.allCases
        let usual = allowed.first ?? .global
        guard let field else { return usual }
        if let method, allowed.isEmpty {
            reader.report(field, "\(method.name) decides itself what each layer loses; remove the key")
            return usual
        }
        let name = reader.choice(
            field, among: allowed.map(\.rawValue), what: method.map { "allocation of \($0.name)" } ?? "allocation")
        return name.flatMap(Allocation.init(rawValue:)) ?? usual
    }

    mutating func layers(_ field: Field) -> LayerSelection {
        let fields = reader.section(field, keys: ["include", "exclude"]) ?? [:]
        return LayerSelection(
            include: fields["include"].map { patterns($0) } ?? [], exclude: fields["exclude"].map { patterns($0) } ?? []
        )
    }

    /// One pattern, or a list of them.
    private mutating func patterns(_ field: Field) -> [String] {
        let fields = field.isScalar ? [field] : reader.list(field, of: "layer") ?? []
        return distinct(fields) { reader, field -> String? in
            guard let text = reader.text(field) else { return nil }
            guard text.wholeMatch(of: /[A-Za-z0-9._\-*]{1,64}/) != nil else {
                reader.report(
                    field,
                    """
                    \(quoted(text)) is no pattern; allowed are first, last, convolution, linear, or a layer's name with * for \
                    any characters
                    """)
                return nil
            }
            return text
        }
    }
}

extension MethodCatalogue.Entry {
    /// Whether its scores can be taken again and again while the network trains, and are all there is to it: what is drawn
    /// would have to be scaled as well.
    fileprivate var canBeGradual: Bool {
        structure == .unstructured && course == .pruneAndRetrain && !allocations.isEmpty
            && !["sipp-random", "sipp-hybrid"].contains(name)
    }
}
