import Foundation
import Testing

/// What a shell makes of paths, pipes and variables before a command sees them.
@Suite(.timeLimit(.minutes(1))) struct ShellTests {
    /// Runs a script, in which `espalier` is the program under test, in the test's own directory.
    private func shell(_ script: String, in cluster: Cluster) async throws -> (code: Int32, output: String, log: String)
    {
        let program = try Program(
            ["-c", "cd '\(cluster.directory.path)' && export PATH='\(Program.directory.path)':\"$PATH\" && \(script)"],
            executable: "/bin/bash")
        let code = await program.ended()
        return (code, program.output, program.log)
    }

    private let yaml = BadInput.good + "methods: [random]\n"

    @Test(arguments: [
        #"mkdir "$N" && espalier init --state "$N/state""#, #"mkdir "$N" && espalier init --state="$N/state""#,
        #"mkdir "$N" && ESPALIER_STATE="$N" espalier init"#, #"mkdir "$N" && cd "$N" && espalier init"#,
        #"mkdir "$N" && espalier run sweep.yaml --state state --out "$N/out""#, #"espalier plan "$N""#,
    ])
    func aNameThatIsNotUTF8IsRefused(_ script: String) async throws {
        try await withCluster { cluster in
            try cluster.write(yaml, "sweep.yaml")
            let before = try cluster.files()
            let (code, _, log) = try await shell("N=$(printf 'caf\\351') && \(script)", in: cluster)
            #expect(code == 2)
            #expect(log.hasPrefix("espalier: the ") && log.contains("is not valid UTF-8"), "\(log)")
            #expect(try cluster.files() == before, "no folder that nobody named")
        }
    }

    /// The counterpart: a name in UTF-8 is taken as it is.
    @Test func aNameWithAnAccentIsAName() async throws {
        try await withCluster { cluster in
            let (code, _, log) = try await shell("espalier init --state café/state", in: cluster)
            #expect(code == 0, "\(log)")
            #expect(try cluster.files().keys.contains("café/state/operator.key"))
        }
    }

    @Test(arguments: ["espalier plan <(cat sweep.yaml)", "cat sweep.yaml | espalier plan /dev/stdin"])
    func aSweepFileMayBeAPipe(_ script: String) async throws {
        try await withCluster { cluster in
            try cluster.write(yaml + "engine: [sh, engine.sh]\n", "sweep.yaml")
            // Found in the current folder.
            try cluster.write("", "engine.sh")
            let file = try await shell("espalier plan sweep.yaml", in: cluster)
            let pipe = try await shell(script, in: cluster)
            #expect(file.code == 0 && pipe == file, "\(pipe.log)")
        }
    }

    @Test func anEmptyVariableIsAsIfItWereNotSet() async throws {
        try await withCluster { cluster in
            try cluster.write("mine", "here/notes.txt")
            let (code, _, log) = try await shell(
                "cd here && ESPALIER_STATE= ESPALIER_DATA= ESPALIER_KEY= espalier init && ESPALIER_KEY= espalier list",
                in: cluster)
            #expect(code == 0, "\(log)")
            let files = try cluster.files().keys.filter {
                $0.hasPrefix("here/") && !$0.hasPrefix("here/espalier-state/")
            }
            #expect(files == ["here/notes.txt"])
        }
    }
}
