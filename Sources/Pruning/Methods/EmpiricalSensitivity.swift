internal import Networks
internal import Torch

/// How large a share of its neuron's input each weight can have, over some training images.
///
/// Source: C. Baykal, L. Liebenwein et al., "SiPPing neural networks", 2022, and "Provable filter pruning for efficient
/// neural networks", ICLR 2020, as their code (torchprune) computes it. Inputs are split by sign into two sets of
/// non-negative ones, weights likewise; then, with the sum over the weights of w's own sign, biases left out,
///
///     g(w, x, p) = |w| a_p / sum_k |w_k| a_kp,    0 where the sum is at most 2^-23
///
/// for every image x and position p, reduced over positions by the mean or the maximum and over images by the maximum.
struct EmpiricalSensitivity {
    enum Reduction {
        case mean, largest
    }

    let reduction: Reduction
    /// Elements of the largest intermediate tensor, so that it stays in a processor's cache and off its memory limit.
    private let room = 1 << 22

    /// One number per weight, in 0...1, by parameter name; of each weight's shape.
    func callAsFunction(
        _ network: Network, _ parameters: [String: Tensor], over images: Tensor
    ) throws -> [String: Tensor] {
        let values = try parameters.mapValues { try $0.detach() }
        var found: [String: Tensor] = [:]
        let batch = 64
        for start in stride(from: 0, to: images.shape[0], by: batch) {
            let part = try images.narrow(dimension: 0, start: start, length: min(batch, images.shape[0] - start))
            _ = try network.forward(part, values) { node, input in
                guard let weight = values[node.weightName] else { return }
                var parts = [try input.relu()]
                if try input.amin().item() < 0 { parts.append(try (-input).relu()) }
                for activations in parts {
                    let sensitivity = try largest(of: node, weight, activations)
                    found[node.weightName] =
                        try found[node.weightName].map { try $0.maximum(sensitivity) } ?? sensitivity
                }
            }
        }
        return found
    }

    /// The maximum over a batch of non-negative activations.
    private func largest(of node: Network.Node, _ weight: Tensor, _ activations: Tensor) throws -> Tensor {
        var sum = try Tensor.zeros(weight.shape)
        for half in [try weight.relu(), try (-weight).relu()] {
            let total = try node.unbiased(half, activations)
            let inverse = try (1.0 / total).maskedFill(total.lessOrEqual(0x1p-23), 0)
            sum = try sum + half * reciprocalShare(of: node, activations, inverse).reshape(weight.shape)
        }
        return sum
    }

    /// The maximum over the batch of a_p / sum, reduced over positions: [groups, outputs, inputs] of one group each.
    private func reciprocalShare(of node: Network.Node, _ activations: Tensor, _ inverse: Tensor) throws -> Tensor {
        let (groups, shape) = (node.groups, node.weightShape ?? [])
        let (outputs, inputs) = (shape[0] / groups, shape[1...].reduce(1, *))
        let images = activations.shape[0]
        let positions = inverse.count / images / shape[0]
        let size = outputs * groups * inputs * (reduction == .mean ? 1 : positions)
        let step = max(1, min(images, room / size))
        var largest: Tensor?
        for start in stride(from: 0, to: images, by: step) {
            let count = min(step, images - start)
            let incoming = try node.patches(activations.narrow(dimension: 0, start: start, length: count))
                .reshape([count, groups, inputs, positions])
            let inverses = try inverse.narrow(dimension: 0, start: start, length: count)
                .reshape([count, groups, outputs, positions])
            let share = try overPositions(inverses, incoming).amax([0])
            largest = try largest.map { try $0.maximum(share) } ?? share
        }
        return try largest ?? Tensor.zeros([groups, outputs, inputs])
    }

    private func overPositions(_ inverses: Tensor, _ incoming: Tensor) throws -> Tensor {
        let (count, groups, outputs) = (inverses.shape[0], inverses.shape[1], inverses.shape[2])
        let (inputs, positions) = (incoming.shape[2], incoming.shape[3])
        if reduction == .mean || positions == 1 {
            return try inverses.matmul(incoming.permute([0, 1, 3, 2])) / Double(positions)
        }
        // A few outputs at a time: all of them times all positions is what the reduction is there to avoid.
        let step = max(1, room / (count * groups * inputs * positions))
        let patches = try incoming.reshape([count, groups, 1, inputs, positions])
        let parts = try stride(from: 0, to: outputs, by: step).map { start in
            let some = min(step, outputs - start)
            return try
                (inverses.narrow(dimension: 2, start: start, length: some)
                .reshape([count, groups, some, 1, positions]) * patches).amax([4])
        }
        return try Tensor.cat(parts, dimension: 2)
    }
}

extension Network.Node {
    fileprivate var groups: Int {
        guard case .convolution(_, _, _, _, let groups, _) = layer else { return 1 }
        return groups
    }

    /// The layer's output with another weight and without bias.
    fileprivate func unbiased(_ weight: Tensor, _ input: Tensor) throws -> Tensor {
        guard case .convolution(_, _, let stride, let padding, let groups, _) = layer else {
            return try input.linear(weight: weight, bias: nil)
        }
        return try input.conv2d(weight: weight, bias: nil, stride: stride, padding: padding, groups: groups)
    }
}
