internal import Networks
internal import Torch

/// SynFlow: a weight matters as much as it carries of what flows from the input to the output.
///
/// Source: H. Tanaka, D. Kunin, D. Yamins, S. Ganguli, "Pruning neural networks without any data by iteratively
/// conserving synaptic flow", NeurIPS 2020, equation 5 and algorithm 1, and the authors' code. With every parameter and
/// running moment replaced by its absolute value and an input of ones,
///
///     R = sum of the outputs,    score = |w| dR/d|w|
///
/// Without biases and normalisations the scores of each layer add up to R, so no layer can be emptied while others have
/// weights to spare, provided that removing and scoring take turns: after round k of n the kept share is (1 - s)^(k/n).
///
/// Defaults: n = 100 rounds (paper, section 7), at initialisation. Deviations: double precision, where the authors'
/// single precision overflows on deep networks. Cost: n forward and backward passes over one image, n selections.
struct SynFlow: Scorer {
    let scope = Scope.weight

    func repetitions(in context: PruningContext) throws -> Int { try Int(context.knob("rounds")) }

    func scores(in context: PruningContext) throws -> [String: Tensor] {
        let network = context.network
        let values = try context.parameters.mapValues { try $0.detach().to(.float64).abs() }
        let weights = try network.prunable.compactMap { try values[$0.name]?.requireGrad() }
        let slopes = try withGrad {
            let flow = try network.forward(Tensor.ones([1] + network.inputShape, dtype: .float64), values).sum()
            return try gradients(of: flow, withRespectTo: weights)
        }
        var scores: [String: Tensor] = [:]
        for (parameter, (weight, slope)) in zip(network.prunable, zip(weights, slopes)) {
            scores[parameter.name] = try (weight.detach() * slope).abs()
        }
        return scores
    }
}
