/// An engine of the user's own: what tells its results from those of another program, and of another version of it.
///
/// It is part of every stage key and names no folder: a sweep file that is moved with its engine keeps its results.
package struct OwnEngine: Hashable, Sendable {
    /// The command line, as the sweep file has it.
    package var command: [String]
    /// What the sweep file declares, for an engine whose command line does not name all that decides its results.
    package var version: String?
    /// The SHA-256 of each file that the command line names, by the word that names it; empty where a version is declared.
    package var digests: [String: String]

    package init(command: [String], version: String? = nil, digests: [String: String] = [:]) {
        self.command = command
        self.version = version
        self.digests = digests
    }

    /// Where a word of a command line may name a file: at its start, in `--option=value` and `NAME=value` behind the equals
    /// sign; nil in an option without a value.
    package static func valueStart(of word: String) -> String.Index? {
        if let name = word.prefixMatch(of: /(-|[A-Za-z_])[A-Za-z0-9_\-]*=/) { return name.range.upperBound }
        return word.hasPrefix("-") ? nil : word.startIndex
    }

    /// What of it is another version than in an earlier submission of the same command line: words that name files, or
    /// "version".
    package func changes(since earlier: OwnEngine) -> [String] {
        let words = Set(digests.keys).union(earlier.digests.keys).filter { digests[$0] != earlier.digests[$0] }
        return (version == earlier.version ? [] : ["version"]) + words.sorted()
    }
}

extension OwnEngine: CustomStringConvertible {
    /// "python3 train.py (version 2)", or with the beginning of each file's SHA-256.
    package var description: String {
        let parts =
            version.map { ["version \($0)"] }
            ?? digests.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.prefix(12))" }
        return command.joined(separator: " ") + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
    }
}

extension OwnEngine: Codable {
    private enum CodingKeys: CodingKey {
        case command, version, digests
    }

    /// Accepts a command line alone too: an engine without files, and every engine in the stages of earlier releases.
    package init(from decoder: any Decoder) throws {
        if let command = try? decoder.singleValueContainer().decode([String].self) {
            self.init(command: command)
            return
        }
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            command: try fields.decode([String].self, forKey: .command),
            version: try fields.decodeIfPresent(String.self, forKey: .version),
            digests: try fields.decodeIfPresent([String: String].self, forKey: .digests) ?? [:])
    }

    package func encode(to encoder: any Encoder) throws {
        guard version != nil || !digests.isEmpty else { return try command.encode(to: encoder) }
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(command, forKey: .command)
        try fields.encodeIfPresent(version, forKey: .version)
        if !digests.isEmpty { try fields.encode(digests, forKey: .digests) }
    }
}

/// What the command line of an engine names on the machine that a sweep is submitted from.
package struct EngineFiles: Hashable, Sendable {
    /// The command line with the paths of its files, for workers to run.
    package var command: [String]
    /// As in ``OwnEngine/digests``.
    package var digests: [String: String]

    package init(command: [String], digests: [String: String]) {
        self.command = command
        self.digests = digests
    }
}
