extension BadInput {
    private static func ownEngine(_ name: String, _ engine: String, says: [String]) -> BadInput {
        BadInput(
            name: name, arguments: ["plan", "@/sweep.yaml"], says: says,
            prepare: {
                try $0.write("\(good)methods: [random]\nengine: \(engine)", "sweep.yaml")
                try $0.write("", "engine.sh")
            })
    }

    static let ownEngines = [
        ownEngine(
            "engine's script missing", "[python3, tain.py]",
            says: ["@/sweep.yaml: engine: there is no file 'tain.py' in '@/'", "put it there"]),
        ownEngine(
            "engine's script missing by an absolute path", "[python3, /nowhere/train]",
            says: ["engine: there is no file '/nowhere/train': correct its path, or declare a version"]),
        ownEngine("engine missing", "[bin/engine]", says: ["engine: there is no file 'bin/engine' in '@/'"]),
        ownEngine("engine not executable", "[./engine.sh]", says: ["engine.sh' is not executable: chmod +x it"]),
        ownEngine(
            "engine with a wrong key", "{command: [sh, engine.sh], verson: 2}",
            says: ["@/sweep.yaml:6:36: engine.verson: unknown key 'verson' (did you mean 'version'?)"]),
        ownEngine("engine without a command", "{version: 2}", says: ["engine: the key 'command' is missing"]),
        ownEngine(
            "a version of espalier-engine", "{command: [espalier-engine], version: 2}",
            says: ["engine.version: espalier-engine has a version of its own"]),
        ownEngine(
            "engine's version missing", "{command: [sh, engine.sh], version: }",
            says: ["engine.version: an empty value is not a word"]),
        BadInput(
            name: "engine's program missing", arguments: ["run", "@/sweep.yaml", "--state", "@/state"],
            says: ["engine: there is no program 'no-such-program' beside espalier or on PATH (", "install it"],
            prepare: { try $0.write("\(good)methods: [random]\nengine: [no-such-program]", "sweep.yaml") }),
    ]
}
