internal import Networks
internal import Torch

/// SNIP: a weight matters as much as the loss changes, to first order, when it is removed.
///
/// Source: N. Lee, T. Ajanthan, P. Torr, "SNIP: single-shot network pruning based on connection sensitivity", ICLR 2019,
/// equations 4 to 6: with the loss L over a few training images and a factor c at every weight,
///
///     score = |dL/dc| at c = 1 = |w dL/dw|
///
/// Defaults: 10 images of each class (code of Tanaka et al. 2020), one round, at initialisation. Deviations: the paper's
/// division by the sum of all scores is left out, as it changes no order; batch normalisations go by their running
/// moments, as in the code of Tanaka et al.; initial weights are this engine's, not variance-scaled. Cost: one forward and
/// one backward pass over the images.
struct SNIP: Scorer {
    let scope = Scope.weight

    func scores(in context: PruningContext) throws -> [String: Tensor] {
        let examples = try context.examples.ofEachClass(Int(context.knob("per-class")))
        let gradient = try TrainingLoss(context, over: examples).gradient()
        var scores: [String: Tensor] = [:]
        for (parameter, slope) in zip(context.network.prunable, gradient) {
            scores[parameter.name] = try (context.parameter(parameter.name).detach() * slope).abs()
        }
        return scores
    }
}
