import Engine
import Foundation
import Sweep
import Testing

/// Stages whose networks are rewritten: outputs that come and go, layers that become two.
@Suite(.timeLimit(.minutes(1))) struct RewriterStageTests {
    private func stage(
        _ method: String, _ level: Level, mode: Retrain.Mode = .learningRateRewinding
    ) throws -> (dense: Stage, pruned: Stage) {
        let dense = try Digits.dense(epochs: 1)
        var stage = try Digits.pruned(
            dense, method, level, iterations: method == "trp" ? 1 : 2, epochs: 1, mode: mode)
        if method == "trp" { stage.pruning?.knobs["period"] = 4 }
        return (dense, stage)
    }

    /// Noise outputs are in no count of what is delivered: 64-300-100-10 has 50,200 weights and 410 biases.
    @Test(arguments: Retrain.Mode.allCases)
    func noiseOutputsAreNotCounted(_ mode: Retrain.Mode) throws {
        let scratch = try Scratch()
        let (dense, pruned) = try stage("noiseout", .sparsity(0.8), mode: mode)
        let parent = try Digits.finish(dense, in: scratch("dense")).checkpoint
        let outcome = try Digits.finish(pruned, in: scratch("pruned"), checkpoint: parent).outcome
        #expect(outcome.status == .ok, "\(outcome.note)")
        #expect(try abs(#require(outcome[.sparsity]) - 0.8) <= 0.005)
        #expect(outcome[.prunableTotal] == 50_200)
        #expect(outcome[.parametersNonzero] == outcome[.parametersStored])
        #expect(outcome[.macsStructured] == outcome[.prunableNonzero])
        #expect(try #require(outcome[.sparsity]) == 1 - #require(outcome[.prunableNonzero]) / 50_200)
        #expect(outcome.layers.map(\.total) == [19_200, 30_000, 1_000])
        let (first, last) = (outcome.layers[0].nonzero / 64, outcome.layers[2].nonzero / 10)
        #expect(outcome.layers[1].nonzero == first * last)
        #expect(
            try Int(#require(outcome[.parametersStored]) - #require(outcome[.prunableNonzero])) == Int(first + last)
                + 10)
    }

    @Test func factorsAreCounted() throws {
        let scratch = try Scratch()
        let outcome = try Digits.finish(stage("trp", .sparsity(0.8)).pruned, in: scratch.path).outcome
        #expect(outcome.status == .ok, "\(outcome.note)")
        #expect(outcome.layers.map { Double($0.nonzero) }.reduce(0, +) == outcome[.prunableNonzero])
        #expect(outcome[.parametersStored] == outcome[.prunableNonzero].map { $0 + 410 })
        #expect(outcome.epochs.map(\.phase) == ["training", "fine-tuning"])
    }

    /// Stops in a round, after its last step, and between pruning and retraining.
    @Test(arguments: ["noiseout", "noiseout-binomial", "trp"], [2, 7, 21, 22, 23, 24, 40])
    func interruptedRewritingGivesTheSameBits(_ method: String, _ stop: Int) throws {
        let scratch = try Scratch()
        let (dense, pruned) = try stage(method, .sparsity(0.8))
        let parent = method == "trp" ? nil : try Digits.finish(dense, in: scratch("dense")).checkpoint
        let whole = try Digits.finish(pruned, in: scratch("whole"), checkpoint: parent).outcome
        #expect(whole.status == .ok, "\(whole.note)")
        guard
            case .stopped(let resume, _) = try Digits.run(
                pruned, in: scratch("here"), checkpoint: parent, stopAt: stop)
        else {
            Issue.record("did not stop")
            return
        }
        let there = try Digits.finish(pruned, in: scratch("there"), checkpoint: parent, resume: resume?.path).outcome
        #expect(there.repeatable == whole.repeatable)
    }
}
