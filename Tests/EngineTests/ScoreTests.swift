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

    /// A folder of one's own below the data directory, described as `espalier-engine dataset` does.
    @Test func describedDataCanBeScored() throws {
        let scratch = try Scratch()
        try DatasetCommandTests.writeImages(to: scratch("bars"))
        let (text, status) = try Self.printed("snip", "bars", scratch, "--json")
        #expect(status == 0, "\(text)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let report = try decoder.decode(ScoreReport.self, from: Data(text.utf8))
        #expect(report.parts.map(\.total) == [256 * 300, 300 * 100, 100 * 4])
        #expect(abs(report.achieved - 0.9) < 1e-4)
        let mask = try #require(SafeTensors(contentsOf: scratch("scores")).tensors["fc1.weight.mask"])
        #expect(try mask.toBytes().reduce(0) { $0 + Int($1) } == report.parts[0].kept)
    }

    @Test func unknownDataSaysWhereItWasLookedFor() throws {
        let scratch = try Scratch()
        let (text, status) = try Self.printed("random", "minst", scratch)
        let says =
            "espalier-engine: unknown data set 'minst': it is none of digits, mnist, cifar-10, and there is no folder "
        #expect(status == 2 && text.hasPrefix(says + scratch("minst") + "; name"), "\(text)")
        #expect(text.split(separator: "\n").count == 1)
        let (_, other, code) = try DatasetCommandTests.printed([
            "logits", "--network", "lenet-5", "--dataset", "minst", "--checkpoint", "none", "--out", scratch("none"),
        ])
        #expect(code == 2 && other.contains("without --data no folder of that name; name"), "\(other)")
        #expect(!FileManager.default.fileExists(atPath: scratch("none")))
    }

    private static func printed(
        _ method: String, _ dataset: String, _ scratch: Scratch, _ more: String...
    ) throws -> (text: String, status: Int32) {
        let (output, remarks, status) = try DatasetCommandTests.printed(
            ["score", method, "--network", "lenet-300-100", "--dataset", dataset, "--data", scratch.path, "--out"]
                + [scratch("scores")] + more)
        return (output + remarks, status)
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
