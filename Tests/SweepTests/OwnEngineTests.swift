import Sweep
import Testing

@Suite struct OwnEngineTests {
    @Test(arguments: [
        ("train.py", "train.py"), ("--config=a.yaml", "a.yaml"), ("-c=./a", "./a"), ("PYTHONPATH=./lib", "./lib"),
        ("./rate=0.1/train.py", "./rate=0.1/train.py"), ("/x=y", "/x=y"), ("-u", nil), ("--fast", nil), ("--a=", ""),
    ])
    func wordsNameFilesWhereTheirValueBegins(word: String, name: String?) {
        #expect(OwnEngine.valueStart(of: word).map { String(word[$0...]) } == name)
    }

    @Test func changesAreWhatDiffers() {
        let first = OwnEngine(command: ["a", "b"], digests: ["a": "1", "b": "1"])
        #expect(first.changes(since: first) == [])
        #expect(OwnEngine(command: ["a", "b"], digests: ["a": "1", "b": "2"]).changes(since: first) == ["b"])
        #expect(OwnEngine(command: ["a", "b"], version: "2").changes(since: first) == ["version", "a", "b"])
        #expect(OwnEngine(command: ["a", "b"]).changes(since: OwnEngine(command: ["a", "b"])) == [])
    }

    @Test func aDeclaredVersionIsRead() throws {
        func engine(_ text: String) throws -> OwnEngine? {
            try SweepFile(yaml: "{network: n, dataset: d, methods: [m], engine: \(text)}", fileName: "a.yaml").engine
        }
        #expect(
            try engine("{command: [sh, e.sh], version: 1.0}") == OwnEngine(command: ["sh", "e.sh"], version: "1.0"))
        #expect(try engine("{command: [sh, e.sh]}") == engine("[sh, e.sh]"))
        #expect(throws: SweepFileError.self) { try engine("{command: [sh], version: [1]}") }
        #expect(throws: SweepFileError.self) { try engine(#"[sh, "a\0b"]"#) }
    }

    /// Where the files lie is no part of the work; what is in them is.
    @Test func theKeyHasTheDigestsAndNoPaths() throws {
        let file = try SweepFile(
            yaml: "{network: n, dataset: d, methods: [m], engine: [sh, e.sh]}", fileName: "a.yaml")
        func plan(_ path: String, _ digest: String) throws -> Plan {
            try Plan(file, engine: EngineFiles(command: ["sh", path], digests: ["e.sh": digest]))
        }
        let (here, there) = (try plan("/here/e.sh", "1"), try plan("/there/e.sh", "1"))
        #expect(here.stages == there.stages && here.engine == ["sh", "/here/e.sh"])
        #expect(Set(here.stages.map(\.key)).isDisjoint(with: try plan("/here/e.sh", "2").stages.map(\.key)))
    }
}
