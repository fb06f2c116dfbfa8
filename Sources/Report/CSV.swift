/// A table in RFC 4180's format: CRLF line ends, a header line, quotes only where needed.
///
/// A spreadsheet takes a cell for a formula that begins with one of ``formulaStarts``, and some of the text comes from
/// engines: such a cell gets a single quote in front, as OWASP advises ("CSV injection"), unless it is a number.
struct CSV {
    private static let formulaStarts: Set<Unicode.Scalar> = ["=", "+", "-", "@", "\t", "\r", "\n"]

    private(set) var text = ""

    init(header: [String]) { append(header) }

    mutating func append(_ fields: [String]) {
        text += fields.map { Self.quoted(Self.guarded($0)) }.joined(separator: ",") + "\r\n"
    }

    private static func guarded(_ field: String) -> String {
        guard let first = field.unicodeScalars.first, formulaStarts.contains(first) else { return field }
        let isNumber = field.utf8.allSatisfy { "0123456789.eE+-".utf8.contains($0) } && Double(field) != nil
        return isNumber ? field : "'" + field
    }

    private static func quoted(_ field: String) -> String {
        // By scalars: Swift takes CR LF for one character, which is neither of the two.
        guard field.unicodeScalars.contains(where: { $0 == "," || $0 == "\"" || $0 == "\r" || $0 == "\n" }) else {
            return field
        }
        var text = "\""
        for scalar in field.unicodeScalars {
            if scalar == "\"" { text += "\"" }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }
}
