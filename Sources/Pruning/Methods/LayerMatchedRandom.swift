internal import Networks
internal import Sweep
internal import Torch

/// Random pruning with the layers' shares of magnitude pruning: what a method's choice of weights within the layers adds.
///
/// Source: J. Frankle, G. Dziugaite, D. Roy, M. Carbin, "Pruning neural networks at initialization: why are we missing
/// the mark?", ICLR 2021 (random shuffling of a method's masks within each layer). Scores are the magnitudes of a layer's
/// remaining weights in the random order of (seed, "random-layer-matched", parameter), so that global selection removes
/// as many of every layer as it does by magnitude. Deviations: none. Cost: two sorts of the weights.
struct LayerMatchedRandom: Scorer {
    let scope = Scope.weight

    func scores(in context: PruningContext) throws -> [String: Tensor] {
        var scores: [String: Tensor] = [:]
        for parameter in context.network.prunable {
            let magnitude = try context.parameter(parameter.name).detach().abs().flatten()
            var stream = RandomStream(seed: context.seed, purpose: "random-layer-matched", detail: parameter.name)
            var order = try Generator(seed: stream.bits()).permutation(parameter.count)
            var places = try Tensor.range(parameter.count)
            if let mask = context.masks.tensors[parameter.name] {
                // What is left changes places with what is left only: both lists have it first.
                let isGone = try mask.not().flatten().to(.uint8)
                places = try isGone.argsort()
                order = try order.indexSelect(isGone.indexSelect(order).argsort())
            }
            scores[parameter.name] = try magnitude.scatter(dimension: 0, places, magnitude.indexSelect(order))
                .reshape(parameter.shape)
        }
        return scores
    }
}
