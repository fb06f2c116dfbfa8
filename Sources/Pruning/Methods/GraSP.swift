internal import Networks
internal import Torch

/// GraSP: a weight matters as much as the gradient's norm shrinks when it is removed.
///
/// Source: C. Wang, G. Zhang, R. Grosse, "Picking winning tickets before training by preserving gradient flow", ICLR
/// 2020, equation 8, and the authors' code. Removing w changes |g|^2, to first order, by -2 w (H g), where g and H are
/// the gradient and the second derivatives of the loss with logits divided by a temperature T:
///
///     score = w (H g)
///
/// Scores have a sign: the lowest go, whose removal raises the norm most. The authors rank by -w (H g) and remove the
/// highest, which is the same.
///
/// Defaults: T = 200 and 10 images of each class (both codes, the authors' and Tanaka et al.'s), one round, at
/// initialisation. Deviations: the division by the sum of all scores is left out, as it changes no order; batch
/// normalisations go by their running moments, as in the code of Tanaka et al.; in later rounds g is that of the weights
/// left. Cost: two forward and three backward passes over the images, whose graph is kept for the second derivative.
struct GraSP: Scorer {
    let scope = Scope.weight

    func scores(in context: PruningContext) throws -> [String: Tensor] {
        let examples = try context.examples.ofEachClass(Int(context.knob("per-class")))
        let loss = try TrainingLoss(context, over: examples, temperature: context.knob("temperature"))
        let parameters = context.network.prunable
        let gradient = try zip(parameters, loss.gradient()).map { parameter, slope in
            try context.masks.tensors[parameter.name].map { try slope.maskedFill($0.not(), 0) } ?? slope
        }
        var scores: [String: Tensor] = [:]
        for (parameter, product) in zip(parameters, try loss.hessian(times: gradient)) {
            scores[parameter.name] = try context.parameter(parameter.name).detach() * product
        }
        return scores
    }
}
