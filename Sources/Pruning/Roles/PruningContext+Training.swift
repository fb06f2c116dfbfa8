internal import Networks
internal import Sweep
internal import Torch

/// What is asked of a context that changes: between repetitions of a scoring, and while the network trains.
extension PruningContext {
    /// The same context with other values of the network, and what is left of it.
    func with(_ parameters: [String: Tensor], _ masks: Masks) throws -> PruningContext {
        try PruningContext(
            network: network, parameters: parameters, masks: masks, dense: dense, pruning: pruning, target: target,
            seed: seed, round: round, examples: examples, record: record)
    }

    /// The same context in the course of the training.
    func at(_ moment: TrainingMoment) throws -> PruningContext {
        try with(moment.parameters, moment.masks)
    }

    /// The requested sparsity. Throws ``PruningError`` where the level is a knob, and ``InfeasibleLevel`` where the
    /// selected layers hold too few weights, which is better known before a training than after it.
    func requestedSparsity() throws -> Double {
        guard let sparsity = target.sparsity else {
            throw PruningError("\(pruning.method) has no level knob; give sparsities instead")
        }
        _ = try Allocation.global.quotas(removing: removals(sparsity), from: eligible)
        return sparsity
    }

    /// How many of the prunable weights are gone at a sparsity.
    func removals(_ sparsity: Double) -> Int { Int((sparsity * Double(network.prunableCount)).rounded()) }

    /// Masks that remove exactly `sparsity` of all prunable weights, lowest scores first.
    ///
    /// Scores that are not finite remove nothing: the training has diverged, which the end of its epoch will say.
    func selecting(_ sparsity: Double, by scores: [String: Tensor], _ allocation: Allocation? = nil) throws -> Masks {
        for parameter in eligible {
            if let score = scores[parameter.name], try !score.isAllFinite { return masks }
        }
        return try ExactSelection(self, scores: scores).removing(removals(sparsity), allocation ?? pruning.allocation)
    }
}
