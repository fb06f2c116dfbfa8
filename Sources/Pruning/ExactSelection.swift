internal import Networks
internal import Torch

/// Removal of an exact number of weights by score.
///
/// The lowest scores go; among equal scores the weight that comes first (parameters in the order of the graph, each row by
/// row) goes first. Weights pruned before stay pruned.
struct ExactSelection {
    let network: Network
    let scores: [String: Tensor]
    let masks: Masks

    /// Removes `count` of all prunable weights.
    func global(removing count: Int) throws -> Masks {
        let ranked = try network.prunable.map { try rankable($0) }
        let kept = try Self.keep(Tensor.cat(ranked), removing: count)
        var start = 0
        var result: [String: Tensor] = [:]
        for parameter in network.prunable {
            result[parameter.name] = try kept.narrow(dimension: 0, start: start, length: parameter.count).reshape(
                parameter.shape
            )
            .contiguous()
            start += parameter.count
        }
        return try Masks(result, of: network)
    }

    /// Removes `count` of all prunable weights, from every layer the same share.
    func layerwise(removing count: Int) throws -> Masks {
        var result: [String: Tensor] = [:]
        let quotas = Self.quotas(of: count, among: network.prunable.map(\.count))
        for (parameter, quota) in zip(network.prunable, quotas) {
            result[parameter.name] = try Self.keep(rankable(parameter), removing: quota).reshape(parameter.shape)
        }
        return try Masks(result, of: network)
    }

    /// Splits a total in proportion to sizes so that the parts add up to it (largest remainders, the first of equals).
    static func quotas(of total: Int, among sizes: [Int]) -> [Int] {
        let sum = sizes.reduce(0, +)
        guard sum > 0 else { return sizes }
        var quotas = sizes.map { $0 * total / sum }
        let remainders = sizes.indices.sorted { a, b in
            let (left, right) = (sizes[a] * total % sum, sizes[b] * total % sum)
            return left == right ? a < b : left > right
        }
        for index in remainders.prefix(total - quotas.reduce(0, +)) { quotas[index] += 1 }
        return quotas
    }

    /// Flat scores in which what is pruned already comes before everything else.
    private func rankable(_ parameter: ParameterDescription) throws -> Tensor {
        guard let score = scores[parameter.name], score.shape == parameter.shape else {
            throw PruningError("the method gave no scores of shape \(parameter.shape) for \(parameter.name)")
        }
        guard let mask = masks.tensors[parameter.name] else { return try score.flatten() }
        return try score.maskedFill(mask.not(), -.infinity).flatten()
    }

    private static func keep(_ scores: Tensor, removing count: Int) throws -> Tensor {
        let lowest = try scores.argsort().narrow(dimension: 0, start: 0, length: count)
        let whole = try Tensor.ones(scores.shape, dtype: .bool)
        return try whole.scatter(dimension: 0, lowest, Tensor.zeros([count], dtype: .bool))
    }
}
