/// What is known of a parameter without its values.
package struct ParameterDescription: Sendable, Hashable {
    /// "conv1.weight".
    package let name: String
    package let shape: [Int]
    /// Inputs that one output of the layer sums over.
    package let fanIn: Int
    /// Convolution and linear weights are, biases are not.
    package let isPrunable: Bool
    /// How often each value is used for one example: output positions of a convolution, 1 for a linear layer.
    package let uses: Int

    package var count: Int { shape.reduce(1, *) }
}

extension Network.Node {
    package var weightName: String { name + ".weight" }
    package var biasName: String { name + ".bias" }

    /// The shape of the weight, nil for a layer without one.
    package var weightShape: [Int]? {
        switch layer {
        case .convolution(let outputs, let kernel, _, _): [outputs, inputShape[0], kernel, kernel]
        case .linear(let outputs): [outputs, inputShape[0]]
        case .relu, .maxPool, .add, .flatten: nil
        }
    }

    /// Weight, then bias; empty for a layer without.
    package var parameters: [ParameterDescription] {
        guard let weightShape else { return [] }
        let fanIn = weightShape.dropFirst().reduce(1, *)
        let uses = outputShape.dropFirst().reduce(1, *)
        return [
            ParameterDescription(name: weightName, shape: weightShape, fanIn: fanIn, isPrunable: true, uses: uses),
            ParameterDescription(name: biasName, shape: [weightShape[0]], fanIn: fanIn, isPrunable: false, uses: uses),
        ]
    }
}

extension Network {
    /// Every parameter, in the order of the graph.
    package var parameters: [ParameterDescription] { nodes.flatMap(\.parameters) }

    /// Convolution and linear weights, in the order of the graph: the order in which ties between layers are broken.
    package var prunable: [ParameterDescription] { parameters.filter(\.isPrunable) }

    package var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

    package var prunableCount: Int { prunable.reduce(0) { $0 + $1.count } }

    /// Multiply-accumulates of one example; biases, pooling and activations are not counted.
    package var macs: Int { macs { $0.count } }

    /// Multiply-accumulates where each weight has only so many values left.
    package func macs(nonzero: (ParameterDescription) -> Int) -> Int {
        prunable.reduce(0) { $0 + $1.uses * nonzero($1) }
    }
}
