internal import ArgumentParser
internal import Engine
internal import Terminal

/// The engine protocol on standard input and output.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Speak the engine protocol: one JSON request per line in, one JSON event per line out.")

    func run() throws {
        try EngineServer.serve()
    }
}

/// What this engine can do.
struct Describe: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the methods, networks and data sets of this engine as JSON.")

    func run() throws {
        try Terminal.print(try EngineServer.description)
    }
}
