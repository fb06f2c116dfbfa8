package import Torch

extension Network {
    /// Which moments batch normalisation goes by.
    package enum Mode: Sendable, Hashable {
        /// The batch's own; the running ones move towards them, in place.
        case training
        /// The running ones.
        case evaluation
    }

    /// Runs the network on a batch: [batch, channels, height, width] to logits [batch, classes].
    ///
    /// Input and parameters have one type, float32 or float64.
    ///
    /// - Parameters:
    ///   - parameters: By name, as ``values`` lists them.
    ///   - observe: Sees every layer with a weight and what comes into it, front to back.
    ///   - observeOutput: Sees every node and what comes out of it, front to back.
    package func forward(
        _ input: Tensor, _ parameters: [String: Tensor], mode: Mode = .evaluation,
        observe: ((Node, Tensor) throws -> Void)? = nil, observeOutput: ((Node, Tensor) throws -> Void)? = nil
    ) throws -> Tensor {
        // A ReLU that alone reads what a normalisation gives is computed with it, unless somebody wants to see between.
        func isJoined(relu: Int, to normalisation: Int) -> Bool {
            nodes[relu].layer == .relu && nodes[normalisation].layer == .batchNorm
                && readers[normalisation] == [relu] && observeOutput == nil
        }
        // An output is let go after its last reader: a batch's activations in all layers at once may not fit.
        var outputs: [Int: Tensor] = [:]
        var last = input
        for (index, node) in nodes.enumerated() {
            let incoming = node.inputs.isEmpty ? [input] : node.inputs.compactMap { outputs[$0] }
            if let observe, node.weightShape != nil { try observe(node, incoming[0]) }
            if let source = node.inputs.first, isJoined(relu: index, to: source) {
                last = incoming[0]
            } else {
                let reader = readers[index].first
                let relu = reader.map { isJoined(relu: $0, to: index) } ?? false
                last = try node.apply(to: incoming, parameters, mode, relu: relu)
            }
            try observeOutput?(node, last)
            outputs[index] = last
            for source in node.inputs where readers[source].last == index { outputs[source] = nil }
        }
        return last
    }
}

extension Network.Node {
    fileprivate func apply(
        to inputs: [Tensor], _ parameters: [String: Tensor], _ mode: Network.Mode, relu: Bool
    ) throws -> Tensor {
        func parameter(_ name: String) throws -> Tensor {
            guard let tensor = parameters[name] else {
                throw NetworkError("the network's parameter \(name) is missing; use a checkpoint of the same network")
            }
            return tensor
        }
        let input = inputs[0]
        switch layer {
        case .convolution(_, _, let stride, let padding, let groups, let bias):
            return try input.conv2d(
                weight: parameter(weightName), bias: bias ? parameter(biasName) : nil, stride: stride,
                padding: padding, groups: groups)
        case .linear(_, let bias):
            return try input.linear(weight: parameter(weightName), bias: bias ? parameter(biasName) : nil)
        case .batchNorm:
            return try input.batchNorm(
                weight: parameter(weightName), bias: parameter(biasName), runningMean: parameter(meanName),
                runningVariance: parameter(varianceName), training: mode == .training,
                relu: relu)
        case .relu:
            return try input.relu()
        case .maxPool(let size, let stride, let padding):
            return try input.maxPool2d(kernel: size, stride: stride, padding: padding)
        case .globalAveragePool:
            return try input.mean([2, 3], keepDimensions: true)
        case .add:
            return try inputs.dropFirst().reduce(input) { try $0 + $1 }
        case .flatten:
            return try input.flatten(from: 1)
        }
    }
}
