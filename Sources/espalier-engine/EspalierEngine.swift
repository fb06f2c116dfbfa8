internal import ArgumentParser
internal import Engine
internal import Foundation
internal import Terminal

/// Trains and prunes networks for an Espalier worker.
@main
struct EspalierEngine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "espalier-engine",
        abstract: "Trains and prunes networks for an Espalier worker.",
        discussion: "Without a subcommand it speaks the engine protocol on standard input and output.",
        subcommands: [
            Serve.self, Describe.self, Run.self, Score.self, Logits.self, DatasetDescriber.self, Benchmark.self,
        ],
        defaultSubcommand: Serve.self)

    static func main() {
        do {
            var command = try begin()
            try command.run()
        } catch {
            Foundation.exit(end(error) { ($0 as? EngineError)?.cause == .invalidStage ? ExitCode(2) : .failure })
        }
    }
}
