import Foundation
import Testing

/// The completion scripts, in the shells themselves.
@Suite(.serialized, .timeLimit(.minutes(2))) struct CompletionTests {
    @Test func bash() async throws {
        try await withShell("/bin/bash") { complete in
            let function = """
                completions() {
                    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
                    COMPREPLY=(); _espalier "$1" "${!#}" "${@: -2:1}"; printf '%s\\n' "${COMPREPLY[@]}"
                }
                """
            try await complete { "\(function)\ncompletions \($0)" }
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/fish"))) func fish() async throws {
        // What the program itself is asked for is left out: fish knows the cursor's place at a terminal only.
        try await withShell("/usr/bin/fish", askingTheProgram: false) { complete in
            try await complete { "complete -C \"\($0)\"" }
        }
        #expect(try await Self.script(for: "fish").contains("---completion status"))
    }

    /// Completing needs a terminal there; the script is at least one, and asks the program where it should.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/zsh"))) func zsh() async throws {
        let script = try await Self.script(for: "zsh")
        #expect(script.contains("*.yaml") && script.contains("---completion status"))
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-\(UUID().uuidString).zsh")
        defer { try? FileManager.default.removeItem(at: file) }
        try script.write(to: file, atomically: true, encoding: .utf8)
        #expect(await (try Program(["-n", file.path], executable: "/usr/bin/zsh")).ended() == 0)
    }

    private static func script(for shell: String) async throws -> String {
        let program = try Program(["--generate-completion-script", shell])
        #expect(await program.ended() == 0)
        return program.output
    }

    /// - Parameter body: Is given a function that tries every kind of word; it wants to know the shell's command that
    ///   prints what can stand at the end of a line.
    private func withShell(
        _ shell: String, askingTheProgram: Bool = true,
        _ body: (_ complete: (_ command: (String) -> String) async throws -> Void) async throws -> Void
    ) async throws {
        try await withCluster { cluster in
            try await cluster.startCoordinator()
            _ = try await cluster.submit("name: trees\n\(BadInput.good)methods: [random]")
            try await cluster.espalier("keys", "add", "worker", "ada")
            try cluster.write("", "files/notes.txt")
            try cluster.write("", "files/branches.yml")
            let script = cluster.directory.appendingPathComponent("completion")
            try await Self.script(for: URL(fileURLWithPath: shell).lastPathComponent)
                .write(to: script, atomically: true, encoding: .utf8)
            let path = "\(Program.directory.path):/usr/bin:/bin"
            try await body { command in
                let fixed = [
                    ("espalier wat", "watch", "worker"), ("espalier methods synf", "synflow", "snip"),
                    ("espalier plan \(cluster.directory.path)/files/", "branches.yml", "notes.txt"),
                ]
                let asked = [
                    ("espalier status --state \(cluster.state) tr", "trees", "last"),
                    // Nothing of the word is typed yet.
                    ("espalier status --state \(cluster.state) ''", "trees", "operator"),
                    ("espalier cancel --state \(cluster.state) la", "last", "trees"),
                    ("espalier keys revoke --state \(cluster.state) a", "ada", "operator"),
                ]
                for (line, offered, not) in fixed + (askingTheProgram ? asked : []) {
                    let program = try Program(
                        ["-c", "source \(script.path)\n\(command(line))"], executable: shell,
                        environment: ["PATH": path])
                    #expect(await program.ended() == 0, "\(program.log)")
                    #expect(program.output.contains(offered), "\(line): \(program.output)\(program.log)")
                    #expect(!program.output.contains(not), "\(line): \(program.output)")
                }
            }
        }
    }
}
