internal import Networks
internal import Pruning
internal import Torch

/// A network with its values, and what is left of it.
final class Model {
    let network: Network
    /// Live tensors by name; training changes their elements.
    let parameters: [String: Tensor]
    /// Nil while nothing was ever pruned.
    private(set) var masks: Masks?

    init(network: Network, parameters: [String: Tensor], masks: Masks? = nil) throws {
        self.network = network
        self.parameters = parameters
        for parameter in named { try parameter.tensor.requireGrad() }
        try setMasks(masks)
    }

    /// What is trained, in the order of the graph.
    var named: [NamedTensor] {
        network.parameters.compactMap { parameter in
            parameters[parameter.name].map { NamedTensor(name: parameter.name, tensor: $0) }
        }
    }

    /// Prunes: what the masks do not keep becomes zero.
    func setMasks(_ masks: Masks?) throws {
        self.masks = masks
        guard let masks else { return }
        try applyMasks(
            named.compactMap { parameter in masks.tensors[parameter.name].map { (parameter.tensor, $0) } })
    }

    var isFinite: Bool {
        get throws { try parameters.values.allSatisfy { try $0.isAllFinite } }
    }
}
