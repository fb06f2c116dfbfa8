internal import Networks
internal import Sweep
internal import Torch

/// Movement pruning: weights that move towards zero matter least, however large they are.
///
/// Source: V. Sanh, T. Wolf, A. Rush, "Movement Pruning: Adaptive Sparsity by Fine-Tuning", NeurIPS 2020 (arXiv
/// 2005.07683), section 4, the hard version. Every weight w has a score S, zero at first, and a mask M that keeps the
/// highest scores:
///
///     forward:           w' = w M
///     straight through:  dL/dS = dL/dw' w,    dL/dw = dL/dw' M
///
/// so that under gradient descent S = -sum_t rate_t w dL/dw', at the weights' learning rate. Sparsity follows the cubic
/// ramp of ``CubicRamp``. A weight out of the mask keeps its value and its score goes on moving: it may come back until
/// the ramp ends, and is zero at the end. Scores need steps that move weights: a few of the small ones at a schedule's
/// end leave the choice to noise.
///
/// Defaults: global competition (ours), ramp as in ``Gradual``. Deviations: exact counts; scores change places at each
/// pruning, where the authors select at each step; after the ramp the masks stay, where theirs go on moving; scores
/// have no weight decay, and no learning rate of their own: only their order counts, which a constant factor on the
/// rate changes neither under SGD nor under Adam. Cost: one score per weight, moved by the optimiser, a few elementwise
/// operations per step, and one sort of the scores per pruning.
final class Movement: Trainer {
    private var context: PruningContext?
    private var ramp: CubicRamp?
    private var names: [String] = []
    /// Scores under "score/<parameter>".
    private(set) var learned: [NamedTensor] = []
    /// Bool, by parameter name: what takes part in the computation.
    private var kept: [String: Tensor] = [:]
    /// Sparsity at the first step of the round, float64 [].
    private var initial: Tensor?

    var state: [String: Tensor] {
        var state = Dictionary(uniqueKeysWithValues: learned.map { ($0.name, $0.tensor) })
        for (name, mask) in kept { state["kept/\(name)"] = mask }
        state["initial"] = initial
        return state
    }

    func begin(_ context: PruningContext) throws -> Masks? {
        ramp = try CubicRamp(context, to: context.requestedSparsity())
        self.context = context
        names = context.eligible.map(\.name)
        learned = try context.eligible.map { parameter in
            NamedTensor(
                name: "score/\(parameter.name)", tensor: try Tensor.zeros(parameter.shape).requireGrad(),
                weightDecay: 0)
        }
        kept = try context.masks.tensors.filter { names.contains($0.key) }.mapValues { try $0.clone() }
        initial = try Tensor([context.masks.sparsity()], shape: [])
        return nil
    }

    func effective(_ parameters: [String: Tensor]) throws -> [String: Tensor] {
        var values = parameters
        for (name, score) in zip(names, learned) {
            guard let weight = parameters[name], let mask = kept[name] else { continue }
            // The second term is zero; it is there for its derivative by the score.
            let through = try (score.tensor - score.tensor.detach()) * weight.detach()
            values[name] = try weight * mask + through
        }
        return values
    }

    func afterUpdate(at moment: TrainingMoment) throws -> Masks? {
        guard let context, let ramp, let initial else { return nil }
        guard let sparsity = try ramp.sparsity(at: moment, from: initial.item()) else { return nil }
        let scores = try Dictionary(uniqueKeysWithValues: zip(names, learned.map { try $0.tensor.detach() }))
        let masks = try context.at(moment).selecting(sparsity, by: scores)
        for (name, mask) in kept { try masks.tensors[name].map(mask.copy(from:)) }
        return nil
    }

    func finish(_ context: PruningContext) throws -> Masks? {
        try Masks(context.masks.tensors.merging(kept) { $1 }, of: context.network)
    }
}
