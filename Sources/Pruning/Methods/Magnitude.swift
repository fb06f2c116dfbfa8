internal import Networks
internal import Torch

/// Magnitude pruning: the smallest weights matter least.
///
/// Source: S. Han, J. Pool, J. Tran, W. Dally, "Learning both weights and connections for efficient neural networks",
/// NeurIPS 2015 (section 3.1, there with a threshold per layer); over the whole network or with one share for all layers as
/// in Blalock et al. 2020. Score: |w|. Deviations: exact counts instead of thresholds. Cost: one pass over the weights.
///
/// The lottery ticket (J. Frankle, M. Carbin, "The lottery ticket hypothesis", ICLR 2019) is this score in rounds that each
/// go back to the initial weights. Deviations: global competition, where the paper prunes each layer of LeNet-300-100 by
/// a fifth a round and its output layer by half of that; five rounds, whatever the level; retraining as long as the sweep
/// says.
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
