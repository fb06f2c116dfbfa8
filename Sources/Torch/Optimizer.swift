internal import CTorch

/// A rule that moves parameters against their gradients.
///
/// The learning rate is an argument of each step: schedules live outside. State is readable and writable by name, so
/// that a checkpoint is a dictionary of tensors.
package protocol Optimizer: AnyObject {
    /// What the optimiser was made with, in the same order.
    var parameters: [NamedTensor] { get }

    /// Moves every parameter that has a gradient.
    func step(learningRate: Double) throws(TorchError)

    /// Everything a continued run needs, by "<parameter>.<quantity>"; the tensors are the live ones, not copies.
    func state() throws(TorchError) -> [String: Tensor]

    /// Copies a saved state in; a missing name or another shape is an error, and unknown names are too.
    func load(_ state: [String: Tensor]) throws(TorchError)

    /// Zeroes, where a parameter's mask (bool, by parameter name) is false, the weight and its state.
    func applyMasks(_ masks: [String: Tensor]) throws(TorchError)
}

/// A parameter under the name checkpoints use: "conv1.weight".
package struct NamedTensor {
    package var name: String
    package var tensor: Tensor
    /// Instead of the optimiser's; nil: the optimiser's.
    package var weightDecay: Double?

    package init(name: String, tensor: Tensor, weightDecay: Double? = nil) {
        self.name = name
        self.tensor = tensor
        self.weightDecay = weightDecay
    }
}

extension Optimizer {
    package func zeroGrad() throws(TorchError) {
        try Tensor.zeroGrad(parameters.map(\.tensor))
    }
}

/// Zeroes, in place, each tensor where its mask (bool, same shape) is false.
package func applyMasks(_ pairs: [(tensor: Tensor, mask: Tensor)]) throws(TorchError) {
    let tensors = pairs.map(\.tensor.handle)
    let masks = pairs.map(\.mask.handle)
    try check("applyMasks", ct_apply_masks(tensors, masks, tensors.count))
}

/// One optimiser quantity for every parameter: momenta, running means, ...
struct Accumulators {
    let quantity: String
    let tensors: [Tensor]

    init(_ quantity: String, of parameters: [NamedTensor]) throws(TorchError) {
        self.quantity = quantity
        var tensors: [Tensor] = []
        for parameter in parameters {
            tensors.append(try Tensor.zeros(parameter.tensor.shape, dtype: try parameter.tensor.dtype))
        }
        self.tensors = tensors
    }

    func name(_ parameter: NamedTensor) -> String { "\(parameter.name).\(quantity)" }

    func load(_ state: [String: Tensor], for parameters: [NamedTensor]) throws(TorchError) {
        for (parameter, tensor) in zip(parameters, tensors) {
            try tensor.copy(from: try saved(name(parameter), in: state))
        }
    }
}

/// A tensor of a saved state, which must be there.
func saved(_ name: String, in state: [String: Tensor]) throws(TorchError) -> Tensor {
    guard let tensor = state[name] else {
        throw TorchError(
            operation: "load", code: .invalidArgument,
            message: "the saved state has no \(name); it was written by another optimiser or for another network")
    }
    return tensor
}

/// Refuses names that no part of the optimiser has.
func refuseUnknown(_ state: [String: Tensor], known: Set<String>) throws(TorchError) {
    guard let stranger = state.keys.filter({ !known.contains($0) }).min() else { return }
    throw TorchError(
        operation: "load", code: .invalidArgument,
        message: "the saved state has \(stranger), which this optimiser does not know")
}

/// Masks for the parameters that have one, beside each of the quantities.
func applyMasks(
    _ masks: [String: Tensor], to parameters: [NamedTensor], _ accumulators: [Accumulators]
) throws(TorchError) {
    var pairs: [(tensor: Tensor, mask: Tensor)] = []
    for (index, parameter) in parameters.enumerated() {
        guard let mask = masks[parameter.name] else { continue }
        pairs.append((parameter.tensor, mask))
        for accumulator in accumulators { pairs.append((accumulator.tensors[index], mask)) }
    }
    try applyMasks(pairs)
}
