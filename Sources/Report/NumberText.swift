internal import Foundation
internal import Frontier
internal import Sweep

/// Numbers as files and people read them: the same text on every machine and in every locale.
enum NumberText {
    /// Six decimals and no negative zero: what `frontier.csv` is compared by.
    static func fixed(_ value: Double, decimals: Int = 6) -> String {
        let text = String(format: "%.\(decimals)f", value)
        return text.contains { $0 != "-" && $0 != "0" && $0 != "." }
            ? text : text.replacingOccurrences(of: "-", with: "")
    }

    /// The shortest text that reads back as the same number; whole numbers without a decimal point.
    static func exact(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 0x1p53 ? String(Int64(value)) : "\(value)"
    }

    /// "97.25 %" of 0.9725.
    static func percent(_ share: Double, decimals: Int = 2) -> String { fixed(share * 100, decimals: decimals) + " %" }

    /// "97.25 ± 0.11 %", or without the spread where there is none.
    static func percent(_ summary: Summary) -> String {
        guard let deviation = summary.deviation else { return percent(summary.mean) }
        return "\(fixed(summary.mean * 100, decimals: 2)) ± \(percent(deviation))"
    }

    /// "[96.98, 97.52]", in per cent; a dash where there is no interval.
    static func interval(_ summary: Summary?, signed: Bool = false) -> String {
        guard let interval = summary?.interval else { return "–" }
        let bounds = [interval.lowerBound, interval.upperBound].map {
            signed ? points($0) : minus(fixed($0 * 100, decimals: 2))
        }
        return "[\(bounds.joined(separator: ", "))]"
    }

    /// "+0.31" or "−1.20": a difference of shares in percentage points.
    static func points(_ difference: Double) -> String {
        let text = fixed(difference * 100, decimals: 2)
        return text.hasPrefix("-") ? minus(text) : text == "0.00" ? text : "+" + text
    }

    /// With the minus sign of print, which is as wide as a plus.
    private static func minus(_ text: String) -> String { text.hasPrefix("-") ? "−" + text.dropFirst() : text }

    /// "9.99×".
    static func ratio(_ value: Double) -> String { fixed(value, decimals: value < 10 ? 2 : 1) + "×" }

    /// "266,610".
    static func count(_ value: Double) -> String {
        let digits = Array(String(format: "%.0f", value))
        var text = ""
        for (position, digit) in digits.enumerated() {
            let left = digits.count - position
            if position > 0, left.isMultiple(of: 3), digits[position - 1] != "-" { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// "2 h 05 min", "7 min 12 s", "3.4 s".
    static func duration(_ seconds: Double) -> String {
        guard seconds >= 60 else { return fixed(max(0, seconds), decimals: seconds < 10 ? 1 : 0) + " s" }
        guard let whole = Int(exactly: seconds.rounded()) else { return "\(seconds) s" }
        return whole >= 3600
            ? String(format: "%d h %02d min", whole / 3600, whole % 3600 / 60)
            : String(format: "%d min %02d s", whole / 60, whole % 60)
    }

    /// "90 %", or "alpha = 0.05" of a method's own knob.
    static func level(_ level: Level) -> String {
        switch level {
        case .sparsity(let value): exact((value * 1e6).rounded() / 1e4) + " %"
        case .knob(let name, let value): "\(name) = \(exact(value))"
        }
    }
}
