internal import Foundation
internal import Networks
package import Sweep
internal import Torch

/// One of the rounds of pruning on the way to a level.
///
/// The density falls geometrically: after round r of n it is (1 - sparsity)^(r/n). A level of the method's own knob is
/// taken as it is in every round.
package struct PruningRound: Sendable {
    private let level: Level
    /// From 1.
    private let round: Int
    private let rounds: Int

    package init(level: Level, round: Int, of rounds: Int) {
        self.level = level
        self.round = round
        self.rounds = rounds
    }

    /// How far the sparsity of a stage may lie from the requested one: half a point.
    package static let tolerance = 0.005

    /// The pruned share this round aims at; nil where the level is a knob.
    package var sparsity: Double? {
        guard case .sparsity(let final) = level else { return nil }
        return round == rounds ? final : 1 - pow(1 - final, Double(round) / Double(rounds))
    }

    /// Scores the network and removes what this round removes.
    package func prune(_ masks: Masks, by scorer: any Scorer, in context: ScoringContext) throws -> Masks {
        // Asked for nothing, a method that removes whatever never fires would still remove something.
        if sparsity == 0 { return masks }
        let scores = try scorer.scores(in: context)
        for (name, score) in scores where try !score.isAllFinite {
            throw PruningError(
                "the method gave scores for \(name) that are not finite; check the dense network's training")
        }
        switch (scorer.scope, level) {
        case (.neuron, .knob("alpha", let alpha)):
            return try NeuronSelection(network: context.network, scores: scores).masks(alpha: alpha)
        case (.neuron, .sparsity(let final)):
            return try NeuronSelection(network: context.network, scores: scores).masks(sparsity: sparsity ?? final)
        case (.global, .sparsity(let final)):
            return try ExactSelection(network: context.network, scores: scores, masks: masks)
                .global(removing: removed(sparsity ?? final, of: context.network.prunableCount))
        case (.layer, .sparsity(let final)):
            return try ExactSelection(network: context.network, scores: scores, masks: masks)
                .layerwise(removing: removed(sparsity ?? final, of: context.network.prunableCount))
        case (_, .knob(let name, _)):
            throw PruningError("the method has no level knob '\(name)'; give sparsities instead")
        }
    }

    private func removed(_ sparsity: Double, of count: Int) -> Int {
        Int((sparsity * Double(count)).rounded())
    }
}
