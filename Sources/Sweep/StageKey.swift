internal import Crypto
internal import Foundation

/// The identity of a stage: the SHA-256 of its canonical description, which names its parents' keys.
///
/// Two stages with one key are the same work, wherever and whenever they were asked for; it is done once.
package struct StageKey: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    package let hex: String

    /// Accepts exactly 64 lower-case hexadecimal digits; anything else (network input) is `nil`.
    package init?(hex: String) {
        guard SHA256.Digest.isHexadecimal(hex) else { return nil }
        self.hex = hex
    }

    /// The key of a canonical description, as it travels in a lease.
    package init(hashing description: String) {
        hex = SHA256.hash(data: Data(description.utf8)).hexadecimal
    }

    /// The first twelve digits, for people.
    package var short: String { String(hex.prefix(12)) }
    package var description: String { short }

    package static func < (a: StageKey, b: StageKey) -> Bool { a.hex < b.hex }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let key = StageKey(hex: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a stage key is 64 hexadecimal digits, not '\(text)'")
        }
        self = key
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
