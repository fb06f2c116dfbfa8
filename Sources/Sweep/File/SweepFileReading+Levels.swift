internal import Foundation

/// Reads `sparsities` and `levels`: lists, or ranges that stand for lists.
extension SweepFileReading {
    mutating func sparsities(_ field: Field) -> [Double] {
        // Densities are spaced, so that the tenfold step from 90 to 99 % is as long as that from 0 to 90 %.
        values(field, of: "sparsity", .below(1, from: 0)) { 1 - $0 }
    }

    /// The entry's own levels, else the sweep's; dense networks have but one.
    mutating func levels(
        _ fields: [String: Field], _ method: MethodCatalogue.Entry?, _ defaults: MethodDefaults
    ) -> [Level] {
        let sparsities = fields["sparsities"].map { self.sparsities($0).map { Level.sparsity($0) } }
        if method?.name == "dense", let field = fields["sparsities"], sparsities != [.sparsity(0)] {
            reader.report(field, "dense removes nothing; remove the key, or write another method")
        }
        guard let field = fields["levels"] else {
            return sparsities ?? (method?.name == "dense" ? [.sparsity(0)] : defaults.levels)
        }
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
        return self.values(values, of: "value", range) { $0 }.map { .knob(name: key.text, value: $0) }
    }

    /// A list of numbers, or a range of them.
    ///
    /// - Parameter spaced: Turns a value into the number that geometric spacing multiplies, and back.
    private mutating func values(
        _ field: Field, of what: String, _ range: NumberRange, spaced: (Double) -> Double
    ) -> [Double] {
        guard field.isMapping else {
            return distinct(reader.list(field, of: what) ?? []) { $0.number($1, range) }
        }
        guard let fields = reader.section(field, keys: ["from", "to", "count", "spacing"]) else { return [] }
        for key in ["from", "to", "count"] where fields[key] == nil {
            reader.report(field, "the key '\(key)' is missing; write {from: A, to: B, count: N}")
        }
        let ends = [fields["from"], fields["to"]].map { $0.flatMap { reader.number($0, range) } }
        let count = fields["count"].flatMap { reader.integer($0, 2...1000) }
        let spacing = fields["spacing"].map { reader.choice($0, among: ["geometric", "linear"], what: "spacing") }
        guard let from = ends[0], let to = ends[1], let count else { return [] }
        let isLinear = spacing == "linear"
        guard isLinear || spaced(from) * spaced(to) > 0 else {
            reader.report(field, "no factor leads from \(from.plain) to \(to.plain); write `spacing: linear`")
            return []
        }
        let values = (0..<count).map { index -> Double in
            let share = Double(index) / Double(count - 1)
            if index == 0 || index == count - 1 { return index == 0 ? from : to }
            if isLinear { return (from + share * (to - from)).rounded(toDigits: 4) }
            let (a, b) = (spaced(from), spaced(to))
            // The difference from 1 of a rounded density is no short decimal until it is rounded again.
            return spaced((a * pow(b / a, share)).rounded(toDigits: 4)).rounded(toDigits: 12)
        }
        guard Set(values).count == count else {
            reader.report(
                field, "\(count) values from \(from.plain) to \(to.plain) are not all different; lower the count")
            return []
        }
        return values
    }
}

extension Double {
    /// To so many significant decimal digits.
    fileprivate func rounded(toDigits digits: Int) -> Double {
        guard self != 0 else { return 0 }
        let scale = pow(10, Double(digits - 1) - log10(magnitude).rounded(.down))
        return (self * scale).rounded() / scale
    }
}
