/// What is known of a parameter without its values.
package struct ParameterDescription: Sendable, Hashable {
    /// What a value is for.
    package enum Kind: Sendable, Hashable {
        /// Of a convolution or linear layer.
        case weight, bias
        /// Of a batch normalisation, trained.
        case scale, shift
        /// Of a batch normalisation, observed while training.
        case mean, variance
    }

    /// "conv1.weight".
    package let name: String
    package let kind: Kind
    package let shape: [Int]
    /// Inputs that one output of the layer sums over.
    package let fanIn: Int
    /// How often each value is used for one example: output positions of a convolution, 1 for a linear layer.
    package let uses: Int

    /// Convolution and linear weights are; biases and what belongs to a batch normalisation are not.
    package var isPrunable: Bool { kind == .weight }

    /// Whether an optimiser moves it; running moments are only observed.
    package var isTrainable: Bool { kind != .mean && kind != .variance }

    package var count: Int { shape.reduce(1, *) }
}

extension Network.Node {
    /// The weight, or a batch normalisation's scale.
    package var weightName: String { name + ".weight" }
    /// The bias, or a batch normalisation's shift.
    package var biasName: String { name + ".bias" }
    /// The running mean of a batch normalisation; as PyTorch calls it.
    package var meanName: String { name + ".running_mean" }
    /// The running variance of a batch normalisation; as PyTorch calls it.
    package var varianceName: String { name + ".running_var" }

    /// The shape of the weight, nil for a layer without one; a batch normalisation has none.
    package var weightShape: [Int]? {
        switch layer {
        case .convolution(let outputs, let kernel, _, _, let groups, _):
            [outputs, inputShape[0] / groups, kernel, kernel]
        case .linear(let outputs, _): [outputs, inputShape[0]]
        case .batchNorm, .relu, .maxPool, .globalAveragePool, .add, .flatten: nil
        }
    }

    /// Whether a convolution or linear layer adds a bias.
    package var hasBias: Bool {
        switch layer {
        case .convolution(_, _, _, _, _, let bias), .linear(_, let bias): bias
        case .batchNorm, .relu, .maxPool, .globalAveragePool, .add, .flatten: false
        }
    }

    /// A convolution whose every output channel reads the one input channel of the same index.
    package var isDepthwise: Bool {
        guard case .convolution(let outputs, _, _, _, let groups, _) = layer else { return false }
        return groups > 1 && groups == outputs && groups == inputShape[0]
    }

    /// Weight, then bias; scale, shift, mean and variance of a batch normalisation; empty for other layers.
    package var values: [ParameterDescription] {
        let uses = outputShape.dropFirst().reduce(1, *)
        func describe(
            _ name: String, _ kind: ParameterDescription.Kind, _ shape: [Int], fanIn: Int = 1
        ) -> ParameterDescription {
            ParameterDescription(name: name, kind: kind, shape: shape, fanIn: fanIn, uses: uses)
        }
        if layer == .batchNorm {
            let shape = [inputShape[0]]
            return [
                describe(weightName, .scale, shape), describe(biasName, .shift, shape),
                describe(meanName, .mean, shape), describe(varianceName, .variance, shape),
            ]
        }
        guard let weightShape else { return [] }
        let fanIn = weightShape.dropFirst().reduce(1, *)
        let weight = describe(weightName, .weight, weightShape, fanIn: fanIn)
        return hasBias ? [weight, describe(biasName, .bias, [weightShape[0]], fanIn: fanIn)] : [weight]
    }
}

extension Network {
    /// Everything a checkpoint holds, in the order of the graph.
    package var values: [ParameterDescription] { nodes.flatMap(\.values) }

    /// What is trained, in the order of the graph.
    package var parameters: [ParameterDescription] { values.filter(\.isTrainable) }

    /// Running moments of batch normalisations, in the order of the graph.
    package var statistics: [ParameterDescription] { values.filter { !$0.isTrainable } }

    /// Convolution and linear weights, in the order of the graph: the order in which ties between layers are broken.
    package var prunable: [ParameterDescription] { parameters.filter(\.isPrunable) }

    package var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

    package var prunableCount: Int { prunable.reduce(0) { $0 + $1.count } }

    /// ``macs`` where each weight has only `nonzero` values left.
    package func macs(nonzero: (ParameterDescription) -> Int) -> Int {
        prunable.reduce(0) { $0 + $1.uses * nonzero($1) }
    }
}
