internal import ArgumentParser
internal import Engine
internal import Foundation
internal import Sweep
internal import Terminal

/// One stage by hand.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run one stage and print its outcome as JSON.",
        discussion: "An interrupted run goes on from the work directory when it is started again.")

    @Option(help: "The stage's description: a JSON file of what an engine request has as `stage` (see docs/engine.md).")
    var stage: String

    @Option(help: "Where data sets lie, each in its folder.")
    var data = ""

    @Option(help: "Where checkpoints are written.")
    var work: String

    @Option(help: "The dense network's checkpoint, for a prune stage.")
    var checkpoint: String?

    func run() throws {
        guard let text = FileManager.default.contents(atPath: stage) else {
            throw EngineError(.invalidStage, "cannot read the stage file \(stage); name an existing file")
        }
        let stage: Stage
        do {
            stage = try Stage(canonicalJSON: String(decoding: text, as: UTF8.self))
        } catch {
            throw EngineError(.invalidStage, "\(self.stage) does not describe a stage: \(error)")
        }
        let job = Job(
            key: try stage.key, stage: stage, dataDirectory: data, workDirectory: work, checkpoint: checkpoint)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try Terminal.print(String(decoding: try encoder.encode(try StageRunner.outcome(of: job)), as: UTF8.self))
    }
}
