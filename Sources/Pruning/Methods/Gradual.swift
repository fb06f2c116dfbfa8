internal import Networks
internal import Sweep
internal import Torch

/// Gradual pruning: the weights that matter least go little by little while the network trains.
///
/// Source: M. Zhu, S. Gupta, "To prune, or not to prune: exploring the efficacy of pruning for model compression", 2017
/// (arXiv 1710.01878), section 3; the sparsities are those of ``CubicRamp``. The paper's score is the magnitude; any
/// score of single weights will do, which is what a gradual schedule makes of a scorer, asked again at every pruning.
///
/// Defaults: begin 0.1 and end 0.7 of the training (ours; Gale et al. 2019 train ResNet-50 over 0.3 to 0.8), interval
/// 100 steps (the paper: 100 to 1000), every layer at the same sparsity (the paper). Deviations: exact counts; a pruned
/// weight is zero and stays so, where the authors' masks hide a weight that keeps its value and may come back; scorers
/// that repeat themselves score once per pruning. Cost: one scoring and one sort of the weights per pruning.
final class Gradual: Trainer {
    private let scorer: any Scorer
    private var context: PruningContext?
    private var ramp: CubicRamp?
    /// Sparsity at the first step of the round, float64 []; a later start of the process finds other masks.
    private var initial: Tensor?

    init(_ scorer: any Scorer) {
        self.scorer = scorer
    }

    var state: [String: Tensor] { initial.map { ["initial": $0] } ?? [:] }

    func begin(_ context: PruningContext) throws -> Masks? {
        ramp = try CubicRamp(context, to: context.requestedSparsity())
        self.context = context
        initial = try Tensor([context.masks.sparsity()], shape: [])
        return nil
    }

    func afterUpdate(at moment: TrainingMoment) throws -> Masks? {
        guard let context, let ramp, let initial else { return nil }
        guard let sparsity = try ramp.sparsity(at: moment, from: initial.item()) else { return nil }
        let now = try context.at(moment)
        return try now.selecting(sparsity, by: scorer.scores(in: now))
    }

    func finish(_ context: PruningContext) throws -> Masks? { context.masks }
}
