import Foundation
import Sweep
import Testing
import Torch

@testable import Engine

/// `espalier-engine score`: the scores in the file lead to the masks in the file, and the report says what they hold.
@Suite(.timeLimit(.minutes(1))) struct ScoreTests {
    private static func request(
        _ method: String, sparsity: Double, checkpoint: String? = nil
    ) throws -> ScoreReport.Request {
        let entry = try #require(MethodCatalogue[method])
        return ScoreReport.Request(
            pruning: Pruning(
                method: method, knobs: entry.defaultKnobs, level: .sparsity(sparsity), start: entry.start,
                allocation: entry.allocations.first ?? .global,
                retrain: Retrain(mode: .learningRateRewinding, epochs: 0)),
            network: "lenet-300-100", dataset: try Digits.dense().dataset, dataDirectory: "", checkpoint: checkpoint,
            seed: 3)
    }

    @Test func theHighestScoresStay() throws {
        let scratch = try Scratch()
        let checkpoint = try Digits.finish(Digits.dense(epochs: 2), in: scratch("dense")).checkpoint
        let report = try ScoreReport(
            Self.request("magnitude-global", sparsity: 0.8, checkpoint: checkpoint), writingTo: scratch("scores"))
        let file = try SafeTensors(contentsOf: scratch("scores")).tensors
        let dense = try SafeTensors(contentsOf: checkpoint).tensors
        var (kept, cut): ([Float], [Float]) = ([], [])
        for part in report.parts {
            let scores = try #require(file["\(part.name).score"]).toFloats()
            let mask = try #require(file["\(part.name).mask"]).toBytes()
            #expect(try scores == #require(dense[part.name]).abs().toFloats())
            #expect(part.total == scores.count && part.kept == mask.reduce(0) { $0 + Int($1) })
            for (score, stays) in zip(scores, mask) { if stays == 1 { kept.append(score) } else { cut.append(score) } }
        }
        #expect(cut.count == 40_160 && kept.count == 10_040)
        #expect(try #require(cut.max()) <= #require(kept.min()))
        #expect(report.parts.compactMap(\.highestCut).max() == cut.max().map(Double.init))
        #expect(abs(report.achieved - 0.8) < 1e-4)
        #expect(report.lossAfter > report.lossBefore)
    }

    /// The same request gives the same file; another seed scores another untrained network.
    @Test func scoresAreReproducible() throws {
        let scratch = try Scratch()
        var request = try Self.request("random", sparsity: 0.5)
        for name in ["a", "b"] { _ = try ScoreReport(request, writingTo: scratch(name)) }
        #expect(FileManager.default.contentsEqual(atPath: scratch("a"), andPath: scratch("b")))
        request.seed = 4
        _ = try ScoreReport(request, writingTo: scratch("c"))
        #expect(!FileManager.default.contentsEqual(atPath: scratch("a"), andPath: scratch("c")))
    }

    @Test func whatHasNoScoresSaysSo() throws {
        let scratch = try Scratch()
        let error = #expect(throws: EngineError.self) {
            try ScoreReport(Self.request("rigl", sparsity: 0.5), writingTo: scratch("none"))
        }
        #expect(error?.description.contains("decides while the network trains") == true)
        #expect(!FileManager.default.fileExists(atPath: scratch("none")))
    }
}
