internal import Networks
internal import Pruning
internal import Torch

/// A network with its values, and what is left of it.
final class Model {
    private(set) var network: Network
    /// The network before anything was removed, as the sweep names it: what sparsities are relative to.
    let dense: Network
    /// Live tensors by name, running moments included; training changes their elements.
    private(set) var parameters: [String: Tensor]
    /// Nil while no single weight was ever pruned.
    private(set) var masks: Masks?
    /// What is left, everything where nothing was ever pruned.
    var kept: Masks {
        get throws {
            let kept = try masks ?? whole ?? Masks(wholeOf: network)
            if masks == nil { whole = kept }
            return kept
        }
    }
    private var whole: Masks?

    init(
        network: Network, dense: Network? = nil, parameters: [String: Tensor], masks: Masks? = nil
    ) throws {
        self.network = network
        self.dense = dense ?? network
        self.parameters = parameters
        try prepare(masks)
    }

    /// What is trained, in the order of the graph.
    var named: [NamedTensor] {
        network.parameters.compactMap { parameter in
            parameters[parameter.name].map { NamedTensor(name: parameter.name, tensor: $0) }
        }
    }

    /// Takes over what a pruning left, with values of its own.
    func replace(by rewriting: Rewriting) throws {
        network = rewriting.network
        // Row-major, as a resumed stage reads them: sums over another layout differ in their last bits.
        parameters = try rewriting.parameters.mapValues { try $0.detach().contiguous().clone() }
        try prepare(rewriting.masks)
    }

    /// Prunes: what the masks do not keep becomes zero.
    func setMasks(_ masks: Masks?) throws {
        self.masks = masks
        guard let masks else { return }
        try applyMasks(
            named.compactMap { parameter in masks.tensors[parameter.name].map { (parameter.tensor, $0) } })
    }

    /// Pruned share of the dense network's prunable weights, 0...1; outputs that a method has added do not count.
    var sparsity: Double {
        get throws {
            let left = try masks?.prunableNonzero() ?? network.prunableCount(outputs: dense.outputShape[0])
            return 1 - Double(left) / Double(max(dense.prunableCount, 1))
        }
    }

    var isFinite: Bool {
        get throws { try parameters.values.allSatisfy { try $0.isAllFinite } }
    }

    private func prepare(_ masks: Masks?) throws {
        whole = nil
        for parameter in named { try parameter.tensor.requireGrad() }
        try setMasks(masks)
    }
}
