internal import Foundation
internal import Networks
internal import Torch

/// NNrelief: a connection matters as much as it contributes to its neuron's input.
///
/// Source: A. Dekhovich, D. Tax, M. Sluiter, M. Bessa, "Neural network relief: a pruning algorithm based on neural
/// activity", Machine Learning 113, 2024 (arXiv 2109.10795), and the authors' code. Over N training images x_n:
///
///     linear:       c_ij = mean_n |w_ij x_ni|,            S_j = sum_k c_kj + |b_j|
///     convolution:  c_ij = mean_n || |K_ij| * |x_ni| ||_F, S_j = sum_k c_kj + |b_j| sqrt(h w), h x w the output's size
///     score:        s_ij = c_ij / S_j
///
/// A neuron (filter) keeps the fewest connections (whole kernels) and bias whose scores add up to alpha; neurons
/// nothing reads are removed (``NeuronSelection``). Inputs are those of the network as it stands before this round's
/// removal, for all layers. A neuron that never fires gives its readers zero scores, so it is removed as in the
/// authors' code. Batch normalisations have no part in the scores; inputs are what comes out of them, of activations
/// and of residual additions. A removed neuron takes its normalisation's scale and shift along.
///
/// Defaults: N = 1000, alpha = 0.95 and one alpha for all layers (authors' code for VGG; theirs for LeNet-5, 0.9 for
/// convolutions and 0.95 for linear layers, is `conv-ratio` 2; for ResNets, 0.95 and 0.99, it is 5). Deviations: a
/// requested sparsity is met by bisection over alpha; a neuron may keep all its connections, where the code always
/// drops one; the mean of the Frobenius norms of the paper for every network, where the code sums absolute values for
/// LeNet-5 and takes the norm of the mean for the others; surviving weights are kept and retrained as the stage says,
/// where the authors rewind LeNets to their initialisation. Cost: one forward pass over N images, and k^4 operations
/// for each kernel (k x k) and image.
struct NNrelief: Scorer {
    let scope = Scope.neuron
    /// Images at a time, so that memory does not grow with N.
    private let batch = 100

    func scores(in context: PruningContext) throws -> [String: Tensor] {
        let images = try context.examples.first(Int(context.knob("batch"))).inputs
        let count = images.shape[0]
        var contributions: [String: Tensor] = [:]
        for start in stride(from: 0, to: count, by: batch) {
            let part = try images.narrow(dimension: 0, start: start, length: min(batch, count - start))
            _ = try context.network.forward(part, context.parameters) { node, input in
                let weight = try context.parameter(node.weightName).detach()
                let sum = try Self.contributionSum(of: node, weight: weight, input: input)
                contributions[node.weightName] = try contributions[node.weightName].map { try $0 + sum } ?? sum
            }
        }
        var scores: [String: Tensor] = [:]
        for node in context.network.nodes where node.weightShape != nil {
            guard let sum = contributions[node.weightName] else { continue }
            let contribution = try sum / Double(count)
            let positions = Double(node.outputShape.dropFirst().reduce(1, *))
            var total = try contribution.sum([1], keepDimensions: true)
            if node.hasBias {
                let bias = try context.parameter(node.biasName).detach().to(.float64).abs() * positions.squareRoot()
                total = try total + bias.reshape([bias.shape[0], 1])
            }
            scores[node.weightName] = try (contribution / total).maskedFill(contribution.equal(0), 0)
        }
        return scores
    }

    /// The sum over a batch of images of each connection's contribution, float64 [outputs, inputs of a group].
    ///
    /// A kernel's contribution to all positions follows from which pairs of its places are active together: the squared
    /// norm is |K|' G |K| with the Gram matrix G of the input's patches, which costs the same for any number of positions
    /// and serves every filter.
    private static func contributionSum(of node: Network.Node, weight: Tensor, input: Tensor) throws -> Tensor {
        let magnitude = try input.abs()
        let strength = try weight.abs()
        guard case .convolution(let outputs, let kernel, _, _, let groups, _) = node.layer else {
            return try strength.to(.float64) * magnitude.to(.float64).sum([0])
        }
        let (images, channels, area) = (input.shape[0], node.inputShape[0], kernel * kernel)
        let patches = try node.patches(magnitude).reshape([images, channels, area, -1])
        let gram = try patches.matmul(patches.permute([0, 1, 3, 2])).permute([1, 2, 3, 0])
            .reshape([channels, area * area, images])
        let kernels = try strength.reshape([groups, outputs / groups, channels / groups, area]).permute([0, 2, 1, 3])
            .reshape([channels, outputs / groups, area])
        let pairs = try (kernels.reshape([channels, -1, area, 1]) * kernels.reshape([channels, -1, 1, area]))
            .reshape([channels, -1, area * area])
        return try pairs.matmul(gram).sqrt().sum([2]).to(.float64)
            .reshape([groups, channels / groups, outputs / groups]).permute([0, 2, 1])
            .reshape([outputs, channels / groups])
    }
}
