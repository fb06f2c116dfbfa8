import Foundation
import Logging
import Testing

@testable import Terminal

@Suite struct StandardErrorLogTests {
    private func line(_ level: Logger.Level, _ message: String, _ fields: Logger.Metadata) -> String {
        StandardErrorLog.line(at: Date(timeIntervalSince1970: 0), level, message, fields)
    }

    @Test func beginsWithTimeLevelAndMessage() {
        #expect(line(.info, "coordinator started", [:]) == "1970-01-01T00:00:00Z info  coordinator started")
        #expect(
            line(.warning, "stage done", ["worker.name": "node-1", "stage.label": "prune snip 0.9"])
                == "1970-01-01T00:00:00Z warning  stage done  stage.label=\"prune snip 0.9\" worker.name=node-1")
    }

    /// Text of an engine or a peer cannot pass for a line of its own, nor move the cursor.
    @Test func isOneLineWhateverItHolds() {
        let text = line(.error, "failed\nnow", ["message": "\u{1B}[2Ja \"b\"\r\n", "empty": ""])
        #expect(
            text == #"1970-01-01T00:00:00Z error  failed\nnow  empty="" message="\u{1B}[2Ja \"b\"\r\n""#)
    }
}
