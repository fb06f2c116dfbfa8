internal import CTorch

/// Adam (Kingma and Ba 2015, algorithm 1) with weight decay as an L2 term of the gradient, as `torch.optim.Adam`
/// defines it: epsilon is added after the bias-corrected root.
package final class Adam: Optimizer {
    package let parameters: [NamedTensor]
    package let weightDecay: Double
    package let beta1: Double
    package let beta2: Double
    package let epsilon: Double
    private let groups: [ParameterGroup]
    private let means: Accumulators
    private let squares: Accumulators
    private var steps = 0

    package init(
        _ parameters: [NamedTensor], weightDecay: Double = 0, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-8
    ) throws(TorchError) {
        self.parameters = parameters
        self.weightDecay = weightDecay
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        groups = ParameterGroup.of(parameters, weightDecay: weightDecay)
        means = try Accumulators("mean", of: parameters)
        squares = try Accumulators("square", of: parameters)
    }

    package func step(learningRate: Double) throws(TorchError) {
        let tensors = parameters.map(\.tensor)
        for group in groups {
            let handles = group.handles(tensors)
            let status = ct_adam_step(
                handles, group.handles(means.tensors), group.handles(squares.tensors), handles.count, Int64(steps + 1),
                learningRate, beta1, beta2, epsilon, group.weightDecay)
            try check("Adam.step", status)
        }
        steps += 1
    }

    package func state() throws(TorchError) -> [String: Tensor] {
        var state = ["steps": try Tensor([steps], shape: [])]
        for accumulator in [means, squares] {
            for (parameter, tensor) in zip(parameters, accumulator.tensors) {
                state[accumulator.name(parameter)] = tensor
            }
        }
        return state
    }

    package func load(_ state: [String: Tensor]) throws(TorchError) {
        try refuseUnknown(state, known: Set(["steps"] + parameters.map(means.name) + parameters.map(squares.name)))
        let taken = try saved("steps", in: state).itemInt()
        try means.load(state, for: parameters)
        try squares.load(state, for: parameters)
        steps = taken
    }

    package func applyMasks(_ masks: [String: Tensor]) throws(TorchError) {
        try Torch.applyMasks(masks, to: parameters, [means, squares])
    }
}
