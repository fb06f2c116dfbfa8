internal import Networks
internal import Torch

/// Magnitude pruning: the smallest weights matter least.
///
/// Source: S. Han, J. Pool, J. Tran, W. Dally, "Learning both weights and connections for efficient neural networks",
/// NeurIPS 2015 (section 3.1, there with a threshold per layer); over the whole network or with one share for all layers as
/// in Blalock et al. 2020. Score: |w|. Deviations: exact counts instead of thresholds. Cost: one pass over the weights.
struct Magnitude: Scorer {
    let scope = Scope.weight

    func scores(in context: PruningContext) throws -> [String: Tensor] {
        var scores: [String: Tensor] = [:]
        for parameter in context.network.prunable {
            scores[parameter.name] = try context.parameter(parameter.name).detach().abs()
        }
        return scores
    }
}
