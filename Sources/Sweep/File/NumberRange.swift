/// The numbers a field of the sweep file may take; prints itself for messages.
package struct NumberRange: Hashable, Sendable, Codable, CustomStringConvertible {
    package var lower: Double
    package var upper: Double
    /// Whether `lower` itself is allowed.
    package var includesLower: Bool
    /// Whether `upper` itself is allowed.
    package var includesUpper: Bool

    private init(_ lower: Double, _ upper: Double, includesLower: Bool, includesUpper: Bool) {
        self.lower = lower
        self.upper = upper
        self.includesLower = includesLower
        self.includesUpper = includesUpper
    }

    /// lower...upper, both allowed.
    package static func closed(_ lower: Double, _ upper: Double) -> NumberRange {
        NumberRange(lower, upper, includesLower: true, includesUpper: true)
    }

    /// lower..<upper: only `lower` allowed.
    package static func below(_ upper: Double, from lower: Double) -> NumberRange {
        NumberRange(lower, upper, includesLower: true, includesUpper: false)
    }

    /// Only `upper` allowed.
    package static func above(_ lower: Double, upTo upper: Double) -> NumberRange {
        NumberRange(lower, upper, includesLower: false, includesUpper: true)
    }

    /// Every finite number.
    package static let anyNumber = closed(-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude)

    /// Whether the number lies within, ends as the range has them.
    package func contains(_ number: Double) -> Bool {
        (includesLower ? number >= lower : number > lower) && (includesUpper ? number <= upper : number < upper)
    }

    package var description: String {
        (includesLower ? "at least " : "more than ") + lower.plain + " and "
            + (includesUpper ? "at most " : "less than ") + upper.plain
    }
}

extension Double {
    /// The shortest decimal that reads back as this number, without a trailing ".0".
    package var plain: String {
        let text = String(describing: self)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
