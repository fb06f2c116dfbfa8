import Foundation
import Sweep
import Testing

/// `docs/sweep-file.md` lists the keys that the reader knows, all of them and no others.
@Suite struct SweepFileReferenceTests {
    /// By heading: a file whose key `surplus` is in the section that the heading is about.
    static let sections = [
        "The sweep": "surplus: 1",
        "`engine`": "engine: {surplus: 1}",
        "`dataset`": "dataset: {name: digits, surplus: 1}",
        "`training`": "training: {surplus: 1}",
        "`retrain`": "retrain: {surplus: 1}",
        "`methods`": "methods: [{method: random, surplus: 1}]",
        "`layers`": "layers: {surplus: 1}",
    ]

    @Test("every section of the reference has the reader's keys", arguments: sections.keys.sorted())
    func keys(heading: String) throws {
        let yaml = try #require(Self.sections[heading])
        let known = try Self.keysTheReaderNames(yaml)
        #expect(!known.isEmpty)
        #expect(try Self.documentedKeys(under: heading).sorted() == known.sorted())
    }

    @Test("the reference has no section that is not checked")
    func headings() throws {
        let headings = try Self.reference().split(separator: "\n").filter { $0.hasPrefix("## ") }
            .map { $0.dropFirst(3) }
        #expect(headings.map(String.init).sorted() == Self.sections.keys.sorted())
    }

    @Test("the reference's example is a sweep file")
    func example() throws {
        let parts = try Self.reference().components(separatedBy: "```")
        let yaml = try #require(parts.first { $0.hasPrefix("yaml\n") }).dropFirst("yaml\n".count)
        #expect(try SweepFile(yaml: String(yaml), fileName: "example").methods.count == 3)
    }

    private static func reference() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("docs/sweep-file.md"), encoding: .utf8)
    }

    /// The first column of the section's first table.
    private static func documentedKeys(under heading: String) throws -> [String] {
        let sections = try reference().components(separatedBy: "\n## ")
        let section = try #require(sections.first { $0.hasPrefix(heading + "\n") })
        let table = section.components(separatedBy: "\n\n").first { $0.hasPrefix("| key |") } ?? ""
        return table.split(separator: "\n").compactMap { line in
            line.firstMatch(of: /^\| `([a-z-]+)` \|/).map { String($0.1) }
        }
    }

    /// From the fault "unknown key 'surplus'; allowed are ...".
    private static func keysTheReaderNames(_ section: String) throws -> [String] {
        let head = ["network: lenet-300-100", "dataset: digits", "methods: [random]"]
        let key = section.prefix { $0 != ":" }
        let yaml = (head.filter { !$0.hasPrefix("\(key):") } + [section]).joined(separator: "\n")
        let error = try #require(throws: SweepFileError.self) { try SweepFile(yaml: yaml, fileName: "sweep.yaml") }
        let message = try #require(error.issues.map(\.message).first { $0.hasPrefix("unknown key 'surplus'") })
        let allowed = try #require(message.components(separatedBy: "allowed are ").last)
        return allowed.components(separatedBy: ", ")
    }
}
