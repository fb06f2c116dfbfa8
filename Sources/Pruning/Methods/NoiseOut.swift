internal import Networks
internal import Sweep
internal import Torch

/// NoiseOut: of two neurons whose activations correlate, one can stand in for both.
///
/// Source: M. Babaeizadeh, P. Smaragdis, R. Campbell, "NoiseOut: A Simple Way to Prune Neural Networks", 2016
/// (arXiv 1611.06211). No public code; what follows is the paper's algorithm as far as it is known. Over N training images,
/// h_u the activation of neuron u of a hidden dense layer, W and c weights and bias of the layers that read it:
///
///     take the pair with the largest |rho(h_u, h_v)|, fit h_v ~ a h_u + b by least squares
///     (a = rho sigma_v / sigma_u, b = mean_v - a mean_u), then for every reading unit k:
///     W_ku += a W_kv,  c_k += b W_kv,  and v is removed
///
/// A neuron that never varies is folded into the biases alone (a = 0). While training, q extra outputs are taught random
/// targets that the inputs say nothing about, which drives correlations up; they are dropped at the end and never counted:
///
///     loss = cross entropy of the classes + weight * mean over images and noise outputs of (output - target)^2
///
/// Removing one of two perfectly correlated neurons, or a constant one, leaves the logits unchanged.
///
/// Defaults: q = 512, targets N(0.1, 0.4), Bin(1, 0.1) (paper, from memory) or the constant 0.1 (ours: the mean of the
/// others), N = 2000 and weight 0.1 (ours). Deviations: the first round folds the dense network, which was trained
/// without noise; many neurons a round, not one (``NeuronFolding`` says how they are chosen), until the round's
/// sparsity is reached, rounded to whole neurons; of a pair, the one with the smaller part in what is read goes; with
/// the level `accuracy-floor`, a round folds as many as keep the accuracy on the N images, before any retraining, at or
/// above the floor. Convolutions are left alone, as in the paper. Cost: one forward pass over N images and one
/// covariance a layer for every few folds.
final class NoiseOut: Rewriter, Trainer {
    /// What the noise outputs are taught.
    enum Noise: Sendable {
        case gaussian, binomial, constant, none
    }

    private let noise: Noise
    private var classes = 0
    private var weight = 0.0
    private var seed = 0
    private var round = 0

    init(_ noise: Noise) {
        self.noise = noise
    }

    // MARK: - The network

    func prepare(_ context: PruningContext) throws -> Rewriting? {
        let count = noise == .none ? 0 : try Int(context.knob("noise-outputs"))
        guard count > 0, let last = context.network.nodes.last else { return nil }
        let classes = context.network.outputShape[0]
        let grown = try context.network.withOutputs(classes + count)
        let fresh = try grown.initialParameters(seed: context.seed, purpose: "noise-outputs")
        var parameters = context.parameters
        for name in [last.weightName, last.biasName] {
            guard let rows = try fresh[name]?.narrow(dimension: 0, start: classes, length: count) else { continue }
            parameters[name] = try Tensor.cat([context.parameter(name).detach(), rows])
        }
        return Rewriting(network: grown, parameters: parameters)
    }

    func rewrite(_ context: PruningContext) throws -> Rewriting {
        var folding = try NeuronFolding(context)
        switch context.target {
        case .sparsity(let sparsity): try folding.fold(toSparsity: sparsity)
        case .knob("accuracy-floor", let floor): try folding.fold(whileAccuracyIsAtLeast: floor)
        case .knob(let name, _):
            throw PruningError("the method has no level knob '\(name)'; use accuracy-floor, or give sparsities")
        }
        return try folding.result
    }

    func finish(_ context: PruningContext) throws -> Rewriting? {
        let classes = context.dense.outputShape[0]
        guard context.network.outputShape[0] > classes, let last = context.network.nodes.last else { return nil }
        var parameters = context.parameters
        for name in [last.weightName, last.biasName] {
            parameters[name] = try parameters[name]?.narrow(dimension: 0, start: 0, length: classes)
        }
        return Rewriting(network: try context.network.withOutputs(classes), parameters: parameters)
    }

    // MARK: - The training

    func begin(_ context: PruningContext) throws -> Masks? {
        classes = context.dense.outputShape[0]
        weight = noise == .none ? 0 : try context.knob("noise-weight")
        seed = context.seed
        round = context.round
        return nil
    }

    func loss(_ outputs: Tensor, labels: Tensor, at moment: TrainingMoment) throws -> Tensor {
        let (images, count) = (outputs.shape[0], outputs.shape[1] - classes)
        guard count > 0 else { return try outputs.crossEntropy(labels: labels) }
        let loss = try outputs.narrow(dimension: 1, start: 0, length: classes).crossEntropy(labels: labels)
        let noisy = try outputs.narrow(dimension: 1, start: classes, length: count)
        return try loss + noisy.meanSquaredError(targets([images, count], step: moment.step)) * weight
    }

    /// Random targets of a step: a function of (seed, "noise-targets", round and step).
    private func targets(_ shape: [Int], step: Int) throws -> Tensor {
        var stream = RandomStream(seed: seed, purpose: "noise-targets", detail: "\(round)/\(step)")
        let generator = try Generator(seed: stream.bits())
        return switch noise {
        case .gaussian: try generator.normal(shape, mean: 0.1, deviation: 0.4)
        case .binomial: try generator.bernoulli(shape, probability: 0.1).to(.float32)
        case .constant, .none: try Tensor.full(shape, 0.1)
        }
    }
}
