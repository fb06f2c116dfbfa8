internal import Crypto

/// The checks of texts, lists and numbers that come from outside.
package enum Check {
    /// Bytes of a name: of a worker, a method, a measure, a role, a phase.
    package static let nameBytes = 64
    /// Bytes of a sentence.
    package static let textBytes = 4096
    /// Entries of a list.
    package static let listLength = 4096
    /// Beyond this, numbers that went through JSON are not exact.
    package static let exactCount: UInt64 = 1 << 53

    /// A name of so many bytes without control characters.
    package static func name(
        _ value: String, _ field: String, _ bytes: ClosedRange<Int> = 1...nameBytes
    ) throws(Malformed) {
        guard bytes.contains(value.utf8.count) else {
            throw Malformed(
                reason: "\(field) has \(value.utf8.count) bytes, not \(bytes.lowerBound) to \(bytes.upperBound)")
        }
        guard !value.unicodeScalars.contains(where: \.isControl) else {
            throw Malformed(reason: "\(field) \(quoted(value)) holds a control character")
        }
    }

    /// 64 lower-case hexadecimal digits.
    package static func digest(_ value: String, _ field: String) throws(Malformed) {
        guard SHA256.Digest.isHexadecimal(value) else {
            throw Malformed(reason: "\(field) is not 64 hexadecimal digits")
        }
    }

    package static func count(_ value: UInt64, _ field: String) throws(Malformed) {
        guard value <= exactCount else { throw Malformed(reason: "\(field) is \(value), which is out of range") }
    }

    package static func length(_ count: Int, _ field: String, _ most: Int = listLength) throws(Malformed) {
        guard count <= most else { throw Malformed(reason: "\(field) has \(count) entries, more than \(most)") }
    }

    /// Small enough for sums and squares of it to be finite too.
    static let largestNumber = 1e100

    /// Finite, and not larger than ``largestNumber``.
    package static func number(_ value: Double, _ field: String) throws(Malformed) {
        guard value.isFinite else { throw Malformed(reason: "\(field) is \(value), which is not a finite number") }
        guard value.magnitude <= largestNumber else {
            throw Malformed(reason: "\(field) is \(value), which is out of range")
        }
    }

    /// At most thirty years.
    package static func seconds(_ value: Double, _ field: String) throws(Malformed) {
        guard value.isFinite, (0...1e9).contains(value) else {
            throw Malformed(reason: "\(field) is \(value), which is not a number of seconds")
        }
    }

    /// A piece of somebody else's text, for a sentence about it.
    package static func quoted(_ text: String) -> String { "'\(plain(text, nameBytes))'" }

    /// A text for people: at most so many bytes, and nothing that a terminal would obey.
    ///
    /// - Parameter keepsLines: Whether line breaks and tabs stay.
    package static func plain(_ text: String, _ bytes: Int = textBytes, keepsLines: Bool = false) -> String {
        var plain = String.UnicodeScalarView()
        var room = bytes
        for scalar in text.unicodeScalars {
            let isKept = !scalar.isControl || keepsLines && (scalar == "\n" || scalar == "\t")
            let scalar = isKept ? scalar : " "
            room -= UTF8.width(scalar)
            if room < 0 { break }
            plain.append(scalar)
        }
        return String(plain)
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { properties.generalCategory == .control }
}
