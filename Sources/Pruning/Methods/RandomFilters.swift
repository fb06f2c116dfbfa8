internal import Networks
internal import Sweep
internal import Torch

/// Random filter pruning: the floor every structured method has to beat.
///
/// Source: D. Mittal, S. Bhardwaj, M. Khapra, B. Ravindran, "Recovering from random pruning: on the plasticity of deep
/// convolutional neural networks", WACV 2018. Scores are uniform in 0..<1 by (seed, "filter-random", group): each seed
/// removes its own channels, and within a group a higher sparsity removes a superset of a lower one's. Deviations: none.
/// Cost: one number per channel.
struct RandomFilters: GroupScorer {
    func scores(of groups: [ChannelGroup], in context: PruningContext) throws -> [String: Tensor] {
        var scores: [String: Tensor] = [:]
        for group in groups {
            var stream = RandomStream(seed: context.seed, purpose: "filter-random", detail: group.name)
            scores[group.name] = try Tensor((0..<group.channels).map { _ in Double(stream.uniform()) })
        }
        return scores
    }
}
