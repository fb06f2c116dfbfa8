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
/// sum decides; so it does under global allocation. Cost: one Gram matrix a layer.
struct FPGM: GroupScorer {
    func scores(of groups: [ChannelGroup], in context: PruningContext) throws -> [String: Tensor] {
        var scores: [String: Tensor] = [:]
        for group in groups {
            scores[group.name] = try group.relativeMeasure(in: context, Self.distances)
        }
        return scores
    }

    /// Each row's summed Euclidean distance to all rows.
    ///
    /// By ||a - b||^2 = a a + b b - 2 a b. With one row as origin, norms stay comparable to distances, which limits
    /// cancellation.
    static func distances(_ rows: Tensor) throws -> [Double] {
        let count = rows.shape[0]
        let seen = try rows - rows.narrow(dimension: 0, start: 0, length: 1)
        let products = try seen.matmul(seen.transposed()).toDoubles()
        var sums = [Double](repeating: 0, count: count)
        for a in 0..<count {
            for b in 0..<a {
                let square = products[a * count + a] + products[b * count + b] - 2 * products[a * count + b]
                let distance = max(square, 0).squareRoot()
                sums[a] += distance
                sums[b] += distance
            }
        }
        return sums
    }
}
