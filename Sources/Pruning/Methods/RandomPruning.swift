internal import Networks
internal import Sweep
internal import Torch

/// Random pruning: the control every method has to beat.
///
/// Source: D. Blalock et al., "What is the state of neural network pruning?", MLSys 2020, which asks for it as a
/// baseline. Scores are uniform in 0..<1 by (seed, "random-pruning", parameter): each seed removes its own weights, and a
/// higher sparsity removes a superset of a lower one's. Deviations: exact counts, where ShrinkBench draws each weight by
/// itself and gets a noisy sparsity. Cost: one draw per weight.
struct RandomPruning: Scorer {
    let scope = Scope.weight

    func scores(in context: PruningContext) throws -> [String: Tensor] {
        var scores: [String: Tensor] = [:]
        for parameter in context.network.prunable {
            var stream = RandomStream(seed: context.seed, purpose: "random-pruning", detail: parameter.name)
            let draws = [Float](unsafeUninitializedCapacity: parameter.count) { buffer, initialized in
                for index in 0..<parameter.count { buffer.initializeElement(at: index, to: stream.uniform()) }
                initialized = parameter.count
            }
            scores[parameter.name] = try Tensor(draws, shape: parameter.shape)
        }
        return scores
    }
}
