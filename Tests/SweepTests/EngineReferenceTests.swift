import Foundation
import Testing

@testable import Sweep

/// `docs/engine.md` says of every measure what its values can be.
@Suite struct EngineReferenceTests {
    @Test("the table of measures is that of the acceptance rules")
    func measures() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("docs/engine.md"), encoding: .utf8)
        let table = try #require(text.components(separatedBy: "\n\n").first { $0.hasPrefix("| measure | value |") })
        let documented = table.split(separator: "\n").dropFirst(2).map(String.init)
        #expect(documented == Measure.allCases.map { "| `\($0.rawValue)` | \($0.bounds.text) |" })
    }
}
