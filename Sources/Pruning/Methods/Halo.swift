internal import Networks
internal import Sweep
internal import Torch

/// HALO: a penalty on every weight whose strength is learned, weak where a weight is needed and strong where it is not.
///
/// Source: S. Seto, M. Wells, W. Zhang, "HALO: Learning to Prune Neural Networks with Shrinkage", SDM 2021 (arXiv
/// 2008.10183), and the authors' code. With one lambda for every weight, 1 at first:
///
///     loss = cross entropy + xi sum |w| / lambda^2 + psi sum |lambda|
///
/// Weights and lambdas are learned by one optimiser, weight decay included. After training the smallest |w| go; no
/// retraining follows (the authors).
///
/// Defaults: xi and psi 1e-4 (ours, for ten epochs of MNIST; the authors take 1e-8 for 160 epochs of VGG-16). Weights
/// have to find their penalties within the training: a tenth of that hardly shrinks any, ten times the psi shrinks all.
/// Deviations: weights of linear layers are penalised as well, and no biases (the authors' code for MNIST penalises both,
/// that for CIFAR neither); weights and lambdas have the sweep's weight decay (theirs for MNIST has none); lambdas stay at
/// or above 0.01, because 1 / lambda^2 grows without bound; exact counts. Cost: a second parameter per weight with its
/// momentum, and a few elementwise operations per step.
final class Halo: Trainer {
    private static let smallest = 0.01

    private var names: [String] = []
    private var xi = 0.0
    private var psi = 0.0
    /// Lambdas under "lambda/<parameter>".
    private(set) var learned: [NamedTensor] = []

    func begin(_ context: PruningContext) throws -> Masks? {
        _ = try context.requestedSparsity()
        names = context.eligible.map(\.name)
        xi = try context.knob("xi")
        psi = try context.knob("psi")
        learned = try context.eligible.map { parameter in
            NamedTensor(name: "lambda/\(parameter.name)", tensor: try Tensor.ones(parameter.shape).requireGrad())
        }
        return nil
    }

    func penalty(at moment: TrainingMoment) throws -> Tensor? {
        var penalty: Tensor?
        for (name, lambda) in zip(names, learned.map(\.tensor)) {
            guard let weight = moment.parameters[name] else { continue }
            let term = try (weight.abs() / lambda.square()).sum() * xi + lambda.abs().sum() * psi
            penalty = try penalty.map { try $0 + term } ?? term
        }
        return penalty
    }

    func afterUpdate(at moment: TrainingMoment) throws -> Masks? {
        for lambda in learned { try lambda.tensor.copy(from: lambda.tensor.clamp(low: Self.smallest)) }
        return nil
    }
}
