import Foundation
import Subprocess
import Testing

@Suite(.enabled(if: isInstalled("systemd-analyze"), "systemd-analyze is not installed"))
struct SystemdUnitTests {
    /// The unit, an instance to check it as, and the exposure it must not exceed, in tenths.
    static let units = [("espalier-coordinator.service", "", 20), ("espalier-worker@.service", "node1", 20)]

    /// systemd-analyze ends with 0 even for an unknown key: anything it says is a fault.
    @Test(.timeLimit(.minutes(1)), arguments: units)
    func verifiesWithoutAWord(unit: String, instance: String, exposure: Int) async throws {
        let words = try await verify(unit, instance)
        #expect(words.isEmpty)
    }

    /// The check itself: a misspelt key is heard of.
    @Test(.timeLimit(.minutes(1))) func aMisspeltKeyIsNoticed() async throws {
        let words = try await verify("espalier-coordinator.service", "") {
            $0.replacing("RestartSec=", with: "RestartSecs=")
        }
        #expect(words.contains("RestartSecs"))
    }

    @Test(.timeLimit(.minutes(1)), arguments: units)
    func isConfined(unit: String, instance: String, exposure: Int) async throws {
        try await withUnit(unit, instance) { file in
            let result = try await run(
                .name("systemd-analyze"),
                arguments: ["security", "--offline=true", "--no-pager", "--threshold=\(exposure)", file],
                output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
            #expect(result.terminationStatus.isSuccess, "\result.standardOutput")
        }
    }

    private func verify(
        _ unit: String, _ instance: String, edit: (String) -> String = { $0 }
    ) async throws -> String {
        try await withUnit(unit, instance, edit: edit) { file in
            let result = try await run(
                .name("systemd-analyze"), arguments: ["verify", "--man=no", file], output: .string(limit: 1 << 20),
                error: .string(limit: 1 << 20))
            return result.standardOutput + result.standardError
        }
    }

    /// A copy of the unit whose program exists on this machine.
    private func withUnit<Result>(
        _ unit: String, _ instance: String, edit: (String) -> String = { $0 },
        _ body: (String) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryFolder { folder in
            let text = try String(contentsOf: deployFolder.appending(path: "systemd/\(unit)"), encoding: .utf8)
            let copy = folder.appending(path: unit.replacing("@.", with: "@\(instance)."))
            try edit(text.replacing("/opt/espalier/bin/espalier", with: "/bin/true"))
                .write(to: copy, atomically: true, encoding: .utf8)
            return try await body(copy.path)
        }
    }
}
