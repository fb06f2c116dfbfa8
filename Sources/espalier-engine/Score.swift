internal import ArgumentParser
internal import Engine
internal import Foundation
internal import Sweep
internal import Terminal

/// What a method would cut, and why.
struct Score: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a method would cut from a network, layer by layer, and the scores it goes by.",
        discussion: """
            Nothing is trained. Every score and mask goes to a safetensors file: "<layer>.weight.score" and \
            "<parameter>.mask" (1: stays), or one score per channel under the name of the channels' first layer. Scores are \
            those of the network as given, before the first removal.

            Example: espalier-engine score synflow --network lenet-5 --dataset mnist --data DIR --sparsity 0.9 \
            --out scores.safetensors
            """)

    @Argument(help: "A method of `describe`.", completion: .list(MethodCatalogue.names))
    var method: String

    @OptionGroup var subject: SubjectOptions

    @Option(help: "The checkpoint of a stage; without it, the untrained network of the seed is scored.")
    var checkpoint: String?

    @Option(help: "The share of the prunable weights to remove.")
    var sparsity = 0.9

    @Option(help: "global, uniform or erk; the method's own without it.")
    var allocation: String?

    @Option(help: ArgumentHelp("A knob of the method; may be repeated.", valueName: "name=value"))
    var knob: [String] = []

    @Option(help: "Decides the images looked at, every random choice, and the untrained network.")
    var seed = 0

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (0..<1).contains(sparsity) else { throw ValidationError("--sparsity is at least 0 and less than 1") }
    }

    func run() throws {
        let report = try ScoreReport(
            ScoreReport.Request(
                pruning: try pruning(), network: subject.network,
                dataset: subject.reference(validation: 0.1), dataDirectory: subject.data, checkpoint: checkpoint,
                seed: seed),
            writingTo: subject.out)
        if json {
            try Terminal.printJSON(report)
        } else {
            try Terminal.print(report.text)
        }
    }

    private func pruning() throws -> Pruning {
        guard let entry = MethodCatalogue[method] else {
            throw EngineError(
                .invalidStage,
                "unknown method '\(method)'; there are \(MethodCatalogue.names.joined(separator: ", "))")
        }
        var pruning = Pruning(
            method: method, knobs: entry.defaultKnobs, level: .sparsity(sparsity), start: entry.start,
            allocation: entry.allocations.first ?? .global,
            retrain: Retrain(mode: .learningRateRewinding, epochs: 0))
        if let allocation {
            guard let chosen = entry.allocations.first(where: { $0.rawValue == allocation }) else {
                let allowed = entry.allocations.map(\.rawValue).joined(separator: ", ")
                throw EngineError(
                    .invalidStage,
                    "\(method) has no allocation '\(allocation)'; "
                        + (allowed.isEmpty ? "it has none to choose" : "there are \(allowed)"))
            }
            pruning.allocation = chosen
        }
        for text in knob {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let value = Double(parts[1]),
                let known = entry.knobs.first(where: { $0.name == parts[0] }),
                known.range.contains(value)
            else {
                let knobs = entry.knobs.map { "\($0.name) (\($0.range))" }.joined(separator: ", ")
                throw EngineError(
                    .invalidStage, "cannot take --knob \(text); \(method) has \(knobs.isEmpty ? "no knobs" : knobs)")
            }
            pruning.knobs[known.name] = value
        }
        return pruning
    }
}

extension ScoreReport {
    /// A table, one line per layer, and what it comes to.
    fileprivate var text: String {
        let header = ["layer", unit, "kept", "cut", "lowest", "median", "highest", "highest cut", "lowest kept"]
        func number(_ value: Double?) -> String { value.map { String(format: "%.4g", $0) } ?? "–" }
        let rows = parts.map { part in
            [
                part.name, "\(part.total)", "\(part.kept)",
                String(format: "%.2f %%", 100 * (1 - Double(part.kept) / Double(max(part.total, 1)))),
                number(part.lowest), number(part.median), number(part.highest), number(part.highestCut),
                number(part.lowestKept),
            ]
        }
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        let lines = ([header] + rows).map { row in
            row.enumerated().map { index, cell in
                let padding = String(repeating: " ", count: widths[index] - cell.count)
                return index == 0 ? cell + padding : padding + cell
            }.joined(separator: "  ")
        }
        let summary = String(
            format:
                "%@ removes %.2f %% of the prunable weights of %@; training loss %.4f before, %.4f after, without retraining",
            method, 100 * achieved, network, lossBefore, lossAfter)
        let own = measures.sorted { $0.key < $1.key }.map { "\($0.key) \(number($0.value))" }
        return (lines + ["", summary] + own).joined(separator: "\n")
    }
}
