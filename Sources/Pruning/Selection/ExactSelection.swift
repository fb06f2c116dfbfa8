internal import Networks
internal import Sweep
internal import Torch

/// Removal of an exact number of weights by score.
///
/// The lowest scores go; among equal scores the weight that comes first (parameters in the order of the graph, each row by
/// row) goes first. Weights pruned before stay pruned; layers the stage does not select stay whole.
struct ExactSelection {
    let network: Network
    let eligible: [ParameterDescription]
    let scores: [String: Tensor]
    let masks: Masks

    init(_ context: PruningContext, scores: [String: Tensor]) {
        network = context.network
        eligible = context.eligible
        masks = context.masks
        self.scores = scores
    }

    /// Removes `count` of all prunable weights. Throws ``InfeasibleLevel`` when fewer may be removed.
    func removing(_ count: Int, _ allocation: Allocation) throws -> Masks {
        var result = masks.tensors
        if let quotas = try allocation.quotas(removing: count, from: eligible) {
            for (parameter, quota) in zip(eligible, quotas) {
                result[parameter.name] = try Self.keep(rankable(parameter), removing: quota).reshape(parameter.shape)
            }
        } else if !eligible.isEmpty {
            let kept = try Self.keep(Tensor.cat(eligible.map { try rankable($0) }), removing: count)
            var start = 0
            for parameter in eligible {
                result[parameter.name] = try kept.narrow(dimension: 0, start: start, length: parameter.count)
                    .reshape(parameter.shape).contiguous()
                start += parameter.count
            }
        }
        return try Masks(result, of: network)
    }

    /// Flat scores in which what is pruned already comes before everything else.
    private func rankable(_ parameter: ParameterDescription) throws -> Tensor {
        guard let score = scores[parameter.name], score.shape == parameter.shape else {
            throw PruningError("the method gave no scores of shape \(parameter.shape) for \(parameter.name)")
        }
        guard let mask = masks.tensors[parameter.name] else { return try score.flatten() }
        return try score.maskedFill(mask.not(), -.infinity).flatten()
    }

    /// Which of the flat scores stay when the `count` lowest go; of equal ones those that come first go first.
    static func keep(_ scores: Tensor, removing count: Int) throws -> Tensor {
        guard count > 0 else { return try Tensor.ones(scores.shape, dtype: .bool) }
        // Selecting one value takes a tenth of the time of sorting them all.
        let threshold = try scores.kthValue(count)
        let ties = try scores.equal(threshold)
        let kept = try scores.greater(threshold)
        let tied = try ties.countNonzero().itemInt()
        let above = try kept.countNonzero().itemInt()
        let left = scores.count - count - above
        guard left > 0 else { return kept }
        return try kept.or(ties.and(ties.to(.int64).cumsum().greater(Double(tied - left))))
    }
}
