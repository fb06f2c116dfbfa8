package import Torch

extension Network {
    /// Runs the network on a batch: [batch, channels, height, width] to logits [batch, classes].
    ///
    /// - Parameters:
    ///   - parameters: By name, as ``parameters`` lists them.
    ///   - observe: Sees every layer with a weight and what comes into it, front to back.
    package func forward(
        _ input: Tensor, _ parameters: [String: Tensor], observe: ((Node, Tensor) throws -> Void)? = nil
    ) throws -> Tensor {
        var outputs: [Tensor] = []
        outputs.reserveCapacity(nodes.count)
        for node in nodes {
            let incoming = node.inputs.first.map { outputs[$0] } ?? input
            if let observe, node.weightShape != nil { try observe(node, incoming) }
            let others = node.inputs.dropFirst().map { outputs[$0] }
            outputs.append(try node.apply(to: incoming, others: others, parameters))
        }
        return outputs.last ?? input
    }
}

extension Network.Node {
    fileprivate func apply(to input: Tensor, others: [Tensor], _ parameters: [String: Tensor]) throws -> Tensor {
        func parameter(_ name: String) throws -> Tensor {
            guard let tensor = parameters[name] else {
                throw NetworkError("the network's parameter \(name) is missing; use a checkpoint of the same network")
            }
            return tensor
        }
        switch layer {
        case .convolution(_, _, let stride, let padding):
            return try input.conv2d(
                weight: parameter(weightName), bias: parameter(biasName), stride: stride, padding: padding)
        case .linear:
            return try input.linear(weight: parameter(weightName), bias: parameter(biasName))
        case .relu:
            return try input.relu()
        case .maxPool(let size):
            return try input.maxPool2d(kernel: size)
        case .add:
            return try others.reduce(input) { try $0 + $1 }
        case .flatten:
            return try input.flatten(from: 1)
        }
    }
}
