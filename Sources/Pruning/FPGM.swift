internal import Networks
internal import Torch

/// Filter pruning via the geometric median: the filters nearest to all others can best be replaced by them.
///
/// Source: Y. He, P. Liu, Z. Wang, Z. Hu, Y. Yang, "Filter pruning via geometric median for deep convolutional neural
/// networks acceleration", CVPR 2019 (equations 4 to 8): s_j = sum_i ||F_i - F_j||_2 over the filters of a layer; the
/// smallest go. One rate for all layers. No knobs.
///
/// Deviations: the authors remove softly (zeroed filters may come back) after every epoch of a whole training; here the
/// stage's schedule says when to remove, and what is removed stays so. The authors' mixture with a norm criterion is left
/// out (their FPGM-only). Where a residual network ties several layers, the mean over them of the sum over the layer's mean
/// sum decides; so it does under global allocation. Cost: one Gram matrix a layer, in float64.
struct FPGM: GroupScorer {
    func scores(of groups: [ChannelGroup], in context: PruningContext) throws -> [String: Tensor] {
        var scores: [String: Tensor] = [:]
        for group in groups {
            scores[group.name] = try group.relativeMeasure(in: context, Self.distances)
        }
        return scores
    }

    /// Each row's summed Euclidean distance to all rows, [rows].
    static func distances(_ rows: Tensor) throws -> Tensor {
        let count = rows.shape[0]
        let products = try rows.matmul(rows.transposed())
        let squares = try rows.square().sum([1])
        let squared = try squares.reshape([count, 1]) + squares.reshape([1, count]) - 2 * products
        // A row's distance to itself is nothing, and not the rounding error of its square.
        let order = try Tensor.range(count)
        let itself = try order.reshape([count, 1]).equal(order.reshape([1, count]))
        return try squared.clamp(low: 0).sqrt().maskedFill(itself, 0).sum([1])
    }
}
