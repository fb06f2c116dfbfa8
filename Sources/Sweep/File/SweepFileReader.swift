internal import Foundation
internal import Yams

/// Reads typed values out of a YAML document and collects every fault with its place.
///
/// A faulty value is reported and read as `nil`, so that reading goes on and one pass finds all faults. Scalars are
/// interpreted here, not by YAML's rules: numbers are JSON's, so 1e-4 is a number, and 010 and 1_000 are refused
/// instead of being guessed at.
struct SweepFileReader {
    /// A value with its key path.
    struct Field {
        var node: Node
        var path: String

        /// A single word or number, neither list nor mapping.
        var isScalar: Bool { node.scalar != nil }
        var isMapping: Bool { node.mapping != nil }

        func child(_ key: String, _ node: Node) -> Field {
            Field(node: node, path: path.isEmpty ? key : "\(path).\(key)")
        }
    }

    /// Aliases multiply: twenty bound what a file can expand to.
    static let maximumAliases = 20
    static let maximumValues = 1_000_000

    let file: String
    private(set) var issues: [SweepFileError.Issue] = []
    private var omitted = 0
    private var values = 0

    init(file: String) { self.file = file }

    /// All faults, in the order of the file.
    var error: SweepFileError {
        SweepFileError(issues: issues.sorted { ($0.line, $0.column) < ($1.line, $1.column) }, omitted: omitted)
    }

    // MARK: - Faults

    mutating func report(_ field: Field, _ message: String) {
        report(line: field.node.mark?.line ?? 1, column: field.node.mark?.column ?? 1, field.path, message)
    }

    private mutating func report(line: Int, column: Int, _ path: String, _ message: String) {
        guard issues.count < SweepFileError.limit else {
            omitted += 1
            return
        }
        issues.append(
            .init(
                file: file, line: line, column: column, keyPath: printable(path, atMost: 200), message: message))
    }

    // MARK: - The document

    /// The document's root, or `nil` when it is no YAML.
    mutating func document(_ yaml: String) -> Field? {
        // Some editors begin a file with a byte order mark.
        let yaml = yaml.unicodeScalars.first == "\u{FEFF}" ? String(yaml.unicodeScalars.dropFirst()) : yaml
        guard yaml.utf8.count <= SweepFile.maximumBytes else {
            report(
                line: 1, column: 1, "",
                "the file has \(yaml.utf8.count) bytes; at most \(SweepFile.maximumBytes) are read")
            return nil
        }
        let aliases = aliasCount(yaml)
        guard aliases <= Self.maximumAliases else {
            report(
                line: 1, column: 1, "",
                "the file has \(aliases) aliases (*name); at most \(Self.maximumAliases) are read, repeat the values instead"
            )
            return nil
        }
        do {
            guard let root = try Parser(yaml: yaml, resolver: .basic, encoding: .utf8).singleRoot() else {
                report(line: 1, column: 1, "", "the file is empty; a sweep needs network, dataset and methods")
                return nil
            }
            return Field(node: root, path: "")
        } catch {
            report(syntax: error, in: yaml)
            return nil
        }
    }

    private mutating func report(syntax error: any Error, in yaml: String) {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let detail = context.map { " \($0.text) that begins in line \($0.mark.line)" } ?? ""
            report(line: mark.line, column: mark.column, "", "not valid YAML: \(problem)\(detail)")
        case .duplicatedKeysInMapping(let keys, let context):
            report(
                line: context.mark.line, column: context.mark.column, "",
                "\(quoted(keys.first ?? "")) is given twice; keep one of them")
        case .reader(let problem, let offset, _, _):
            let before = yaml.prefix(offset ?? 0)
            let line = before.count { $0.isNewline } + 1
            let column = before.reversed().prefix { !$0.isNewline }.count + 1
            report(line: line, column: column, "", "not valid YAML: \(problem)")
        default:
            report(line: 1, column: 1, "", "not valid YAML: \(error)")
        }
    }

    // MARK: - Containers

    /// The fields of a mapping, none unknown.
    mutating func section(_ field: Field, keys: [String]) -> [String: Field]? {
        guard let fields = mapping(field) else { return nil }
        for (key, value) in fields where !keys.contains(key.text) {
            report(Field(node: key.node, path: value.path), unknown("key", key.text, allowed: keys))
        }
        return Dictionary(fields.map { ($0.key.text, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// The fields of a mapping in the file's order, each with its key's own place.
    mutating func mapping(_ field: Field) -> [(key: (text: String, node: Node), value: Field)]? {
        guard case .mapping(let mapping) = field.node else {
            report(field, "\(shown(field)) is not a mapping; write `key: value` pairs")
            return nil
        }
        var fields: [(key: (text: String, node: Node), value: Field)] = []
        for (key, value) in mapping {
            guard let text = key.scalar?.string, count() else {
                report(Field(node: key, path: field.path), "a key is a single word")
                continue
            }
            fields.append(((text, key), field.child(text, value)))
        }
        return fields
    }

    /// The elements of a list, at least one.
    mutating func list(_ field: Field, of what: String) -> [Field]? {
        guard case .sequence(let sequence) = field.node else {
            report(field, "\(shown(field)) is not a list; write [\(what), ...]")
            return nil
        }
        guard !sequence.isEmpty else {
            report(field, "the list is empty; give at least one \(what)")
            return nil
        }
        var fields: [Field] = []
        for (index, node) in sequence.enumerated() {
            guard count() else {
                report(field, "the file expands to more than \(Self.maximumValues) values; shorten it")
                return nil
            }
            fields.append(Field(node: node, path: "\(field.path)[\(index)]"))
        }
        return fields
    }

    private mutating func count() -> Bool {
        values += 1
        return values <= Self.maximumValues
    }

    // MARK: - Scalars

    mutating func text(_ field: Field) -> String? {
        guard let text = field.node.scalar?.string, !text.isEmpty else {
            report(field, "\(shown(field)) is not a word")
            return nil
        }
        return text
    }

    /// A word that can stand in file names and tables.
    mutating func name(_ field: Field) -> String? {
        guard let text = text(field) else { return nil }
        guard text.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._\-]{0,63}/) != nil else {
            report(
                field,
                "\(quoted(text)) is no name; allowed are 1 to 64 letters, digits, '.', '_', '-', the first a letter or digit"
            )
            return nil
        }
        return text
    }

    /// One of a few words.
    mutating func choice(_ field: Field, among names: [String], what: String) -> String? {
        guard let text = text(field) else { return nil }
        guard names.contains(text) else {
            report(field, unknown(what, text, allowed: names))
            return nil
        }
        return text
    }

    mutating func flag(_ field: Field) -> Bool? {
        choice(field, among: ["true", "false"], what: "value").map { $0 == "true" }
    }

    mutating func number(_ field: Field, _ range: NumberRange) -> Double? {
        guard let number = parsedNumber(field) else { return nil }
        guard range.contains(number) else {
            report(field, "\(shown(field)) is out of range; allowed is \(range)")
            return nil
        }
        return number
    }

    mutating func integer(_ field: Field, _ range: ClosedRange<Int>) -> Int? {
        guard let number = parsedNumber(field) else { return nil }
        guard let integer = Int(exactly: number), range.contains(integer) else {
            report(
                field,
                "\(shown(field)) is no whole number in range; allowed is \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return integer
    }

    private mutating func parsedNumber(_ field: Field) -> Double? {
        guard let scalar = field.node.scalar else {
            report(field, "\(shown(field)) is not a number")
            return nil
        }
        guard scalar.style == .plain || scalar.style == .any else {
            report(field, "\(shown(field)) is text, not a number; remove the quotes")
            return nil
        }
        guard let number = decimal(scalar.string) else {
            report(field, "\(shown(field)) is not a number; write it like 10, 0.5 or 1e-4")
            return nil
        }
        // Adding zero turns -0 into 0: equal levels must have equal bytes.
        return number + 0
    }

    private func shown(_ field: Field) -> String {
        switch field.node {
        case .scalar(let scalar): scalar.string.isEmpty ? "an empty value" : quoted(scalar.string)
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}

/// A finite decimal number without leading zeros; `nil` for anything else Swift or YAML would read as a number.
private func decimal(_ text: String) -> Double? {
    let digits = text.utf8.drop { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
    let leadingZero =
        digits.first == UInt8(ascii: "0") && digits.dropFirst().first.map { (0x30...0x39).contains($0) } == true
    guard !leadingZero, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }),
        let number = Double(text), number.isFinite
    else { return nil }
    return number
}

/// How many aliases a YAML text can have: asterisks that begin a word. Those in comments and strings count too.
private func aliasCount(_ yaml: String) -> Int {
    let opening = Set(" \t\r\n[{,:".utf8)
    let space = Set(" \t\r\n*".utf8)
    var count = 0
    var previous = UInt8(ascii: "\n")
    var beginsWord = false
    for byte in yaml.utf8 {
        if beginsWord, !space.contains(byte) { count += 1 }
        beginsWord = byte == UInt8(ascii: "*") && opening.contains(previous)
        previous = byte
    }
    return count
}

private func unknown(_ what: String, _ word: String, allowed: [String]) -> String {
    let hint = nearestName(to: word, among: allowed).map { " (did you mean '\($0)'?)" } ?? ""
    return "unknown \(what) \(quoted(word))\(hint); allowed are \(allowed.joined(separator: ", "))"
}

/// The text on one line, bounded, between quotes.
func quoted(_ text: String) -> String { "'\(printable(text, atMost: 60))'" }

/// The text without control characters, which would reach the user's terminal, and bounded.
private func printable(_ text: String, atMost limit: Int) -> String {
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(limit) {
        line.append(scalar.properties.generalCategory == .control ? " " : scalar)
    }
    return String(line) + (text.unicodeScalars.count > limit ? "..." : "")
}
