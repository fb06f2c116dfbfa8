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
/// A neuron (filter) keeps the fewest connections (whole kernels) whose scores add up to alpha, or all where its bias
/// weighs more than 1 - alpha; neurons nothing reads are removed (``NeuronSelection``). Inputs are those of the network
/// as it stands before this round's removal, for all layers. A neuron that never fires gives its readers zero scores, so
/// it is removed as in the authors' code.
///
/// Defaults: N = 1000 and alpha = 0.95 (authors' code). Deviations: one alpha for all layers (the authors use 0.9 for the
/// convolutions of LeNet-5); a requested sparsity is met by bisection over alpha; a neuron may keep all its connections,
/// where the code always drops one; the Frobenius norm of the paper for every network, where the code sums absolute
/// values for LeNet-5; surviving weights are kept and retrained as the stage says, where the authors rewind LeNets to
/// their initialisation. Cost: two forward passes over N images, one convolution a layer and input channel.
struct NNrelief: Scorer {
    let scope = Scope.neuron
    /// Images at a time, so that memory does not grow with N.
    private let batch = 250

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

    /// The sum over a batch of images of each connection's contribution, float64 [outputs, inputs].
    private static func contributionSum(of node: Network.Node, weight: Tensor, input: Tensor) throws -> Tensor {
        let magnitude = try input.abs()
        let strength = try weight.abs()
        guard case .convolution(let outputs, _, let stride, let padding, _, _) = node.layer else {
            return try strength.to(.float64) * magnitude.to(.float64).sum([0])
        }
        let columns = try (0..<node.inputShape[0]).map { channel in
            let map = try magnitude.narrow(dimension: 1, start: channel, length: 1).contiguous()
                .conv2d(
                    weight: strength.narrow(dimension: 1, start: channel, length: 1).contiguous(), bias: nil,
                    stride: stride,
                    padding: padding)
            let norms = try map.to(.float64).square().sum([2, 3]).sqrt()
            return try norms.sum([0]).reshape([outputs, 1])
        }
        return try Tensor.cat(columns, dimension: 1)
    }
}
