internal import Networks
internal import Torch

/// Filter pruning by the L1 norm: the filters (neurons) with the smallest weights matter least.
///
/// Source: H. Li, A. Kadav, I. Durdanovic, H. Samet, H. P. Graf, "Pruning filters for efficient ConvNets", ICLR 2017
/// (section 3.1): s_j = sum |F_j| over the weights of filter j. No knobs.
///
/// Deviations: the authors choose each layer's rate by hand from its sensitivity; here every layer loses the same share
/// (default), or filters compete globally by their norm over the mean norm of their layer. Where a residual network ties
/// several layers, the mean over them of that quotient decides, where the authors go by the projection shortcut alone.
/// Cost: one pass over the weights.
struct FilterNorm: GroupScorer {
    func scores(of groups: [ChannelGroup], in context: PruningContext) throws -> [String: Tensor] {
        var scores: [String: Tensor] = [:]
        for group in groups {
            scores[group.name] = try group.relativeMeasure(in: context) { try $0.abs().sum([1]).toDoubles() }
        }
        return scores
    }
}
