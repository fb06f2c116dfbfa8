internal import ArgumentParser
internal import Engine
internal import Foundation

/// The engine protocol on standard input and output.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Speak the engine protocol: one JSON request a line in, one JSON event a line out.")

    func run() {
        EngineServer.serve()
    }
}

/// What this engine can do.
struct Describe: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the methods, networks and data sets of this engine as JSON.")

    func run() throws {
        print(try EngineServer.description)
    }
}

/// Prints a refusal on standard error; 1 says that the run failed.
func reporting(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch let error as EngineError {
        FileHandle.standardError.write(Data("espalier-engine: \(error.description)\n".utf8))
        throw ExitCode(error.cause == .invalidStage ? 2 : 1)
    }
}
