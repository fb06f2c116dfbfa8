internal import CTorch

/// Stochastic gradient descent with heavy-ball momentum and L2 weight decay, as `torch.optim.SGD` defines it:
/// g += weightDecay * w;  v = momentum * v + g;  w -= learningRate * v.
package final class SGD: Optimizer {
    package let parameters: [NamedTensor]
    package let momentum: Double
    package let weightDecay: Double
    private let groups: [ParameterGroup]
    private let momenta: Accumulators

    package init(
        _ parameters: [NamedTensor], momentum: Double = 0, weightDecay: Double = 0
    ) throws(TorchError) {
        self.parameters = parameters
        self.momentum = momentum
        self.weightDecay = weightDecay
        groups = ParameterGroup.of(parameters, weightDecay: weightDecay)
        momenta = try Accumulators("momentum", of: parameters)
    }

    package func step(learningRate: Double) throws(TorchError) {
        let tensors = parameters.map(\.tensor)
        for group in groups {
            let handles = group.handles(tensors)
            let status = ct_sgd_step(
                handles, group.handles(momenta.tensors), handles.count, learningRate,
                momentum, group.weightDecay)
            try check("SGD.step", status)
        }
    }

    package func state() throws(TorchError) -> [String: Tensor] {
        Dictionary(uniqueKeysWithValues: zip(parameters.map(momenta.name), momenta.tensors))
    }

    package func load(_ state: [String: Tensor]) throws(TorchError) {
        try refuseUnknown(state, known: Set(parameters.map(momenta.name)))
        try momenta.load(state, for: parameters)
    }

    package func applyMasks(_ masks: [String: Tensor]) throws(TorchError) {
        try Torch.applyMasks(masks, to: parameters, [momenta])
    }
}
