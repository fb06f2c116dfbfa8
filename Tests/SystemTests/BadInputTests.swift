import Foundation
import GRDB
import Testing

/// Bad input of every kind, through the real executable: one clear sentence, the right exit code, nothing half-written
/// and nothing lost.
@Suite(.serialized, .timeLimit(.minutes(2))) struct BadInputTests {
    @Test(arguments: BadInput.all)
    func isOneSentenceAndLeavesNothing(_ input: BadInput) async throws {
        try await withCluster { cluster in
            try await input.prepare(cluster)
            func filled(_ text: String) -> String { cluster.filled(text) }
            let before = try cluster.files()
            let program = try Program(input.arguments.map(filled))
            #expect(await program.ended() == input.code, "\(program.log)")

            let sentence = try #require(Self.sentence(of: program.log, in: input.form), "\(program.log)")
            for part in input.says { #expect(sentence.contains(filled(part))) }
            Self.expectNoTrace(program.log)

            let after = try cluster.files()
            let changed = before.filter { after[$0.key] != $0.value }.map(\.key)
            #expect(changed.filter { !input.allows($0) } == [], "nothing is lost")
            let new = after.keys.filter { before[$0] == nil }
            #expect(new.filter { !input.allows($0) } == [], "nothing is left behind")
            #expect(new.filter(Cluster.isPartial) == [], "nothing is half-written")
        }
    }

    static func sentence(of log: String, in form: BadInput.Form) -> String? {
        let lines = log.split(separator: "\n").map(String.init)
        switch form {
        case .sentence: return lines.count == 1 && lines[0].hasPrefix("espalier: ") ? lines[0] : nil
        case .usage:
            let hasUsage = lines.contains { $0.hasPrefix("Usage: espalier ") }
            return hasUsage && lines[0].hasPrefix("Error: ") ? lines[0] : nil
        case .log: return lines.last { $0.hasPrefix("espalier: ") }
        }
    }

    static func expectNoTrace(_ log: String) {
        for word in ["Fatal error", "fatal error", "Stack dump", "Backtrace", "Crash", "Error Domain", "Swift."] {
            #expect(!log.contains(word))
        }
    }
}

extension BadInput {
    fileprivate func allows(_ path: String) -> Bool {
        leaves.contains { path.hasPrefix($0) }
    }
}

extension Cluster {
    /// A text of the table with this test's own directory and port.
    func filled(_ text: String) -> String {
        let port = (try? endpoints())?.control.split(separator: ":").last.map(String.init) ?? ""
        return text.replacing("@", with: directory.path).replacing("PORT", with: port)
    }

    /// Leaves a database behind as a later version of Espalier would.
    func outdate() async throws {
        try await startCoordinator()
        coordinator?.signal(SIGTERM)
        await coordinator?.ended()
        let database = try DatabaseQueue(path: state + "/espalier.sqlite")
        try await database.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')") }
        try database.close()
    }

    func write(_ text: String, _ path: String) throws { try write(Array(text.utf8), path) }

    /// Writes a file below the test's directory, and makes the folders it needs.
    func write(_ bytes: [UInt8], _ path: String) throws {
        let file = directory.appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    /// Every file below the test's directory with its content.
    func files() throws -> [String: Data] {
        var files: [String: Data] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: directory.path) {
            var isDirectory: ObjCBool = false
            let full = directory.appendingPathComponent(path).path
            if FileManager.default.fileExists(atPath: full, isDirectory: &isDirectory), !isDirectory.boolValue,
                // SQLite's shared memory, of a coordinator that runs: nothing in it lasts.
                !path.hasSuffix("-shm")
            {
                files[path] = FileManager.default.contents(atPath: full)
            }
        }
        return files
    }

    /// By the names that Espalier gives a file while it is being written.
    static func isPartial(_ path: String) -> Bool {
        path.contains(".partial") || path.contains(".new-") || path.contains("/.key-")
    }
}
