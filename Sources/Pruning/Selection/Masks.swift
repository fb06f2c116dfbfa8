package import Networks
package import Torch

/// Which weights are left: a bool tensor for every prunable parameter, and for biases of removed neurons.
package struct Masks {
    /// By parameter name; a parameter without an entry is whole.
    package private(set) var tensors: [String: Tensor]
    private let network: Network

    /// Everything is left.
    package init(wholeOf network: Network) throws {
        self.network = network
        tensors = [:]
        for parameter in network.prunable {
            tensors[parameter.name] = try Tensor.ones(parameter.shape, dtype: .bool)
        }
    }

    /// Masks by name, as a checkpoint holds them; parameters it does not mention are whole.
    package init(_ tensors: [String: Tensor], of network: Network) throws {
        try self.init(wholeOf: network)
        self.tensors.merge(tensors) { $1 }
    }

    /// How many values of a parameter are left.
    package func nonzero(_ parameter: ParameterDescription) throws -> Int {
        try tensors[parameter.name]?.countNonzero().itemInt() ?? parameter.count
    }

    /// Prunable weights left, by parameter name.
    package func prunableNonzero() throws -> Int {
        try network.prunable.reduce(0) { try $0 + nonzero($1) }
    }

    /// Pruned share of the prunable weights, 0...1.
    package func sparsity() throws -> Double {
        1 - Double(try prunableNonzero()) / Double(network.prunableCount)
    }

    /// The first layer that has no weight left where such layers cut the output off from the input; nil where a way
    /// around them is left, as past an emptied residual branch.
    package func collapsedParameter() throws -> String? {
        let empty = try network.prunable.map(\.name).filter { name in
            try tensors[name].map { try $0.countNonzero().itemInt() == 0 } ?? false
        }
        guard let first = empty.first else { return nil }
        var isReached = network.nodes.map { _ in false }
        for (index, node) in network.nodes.enumerated() {
            let isFed = node.inputs.isEmpty || node.inputs.contains { isReached[$0] }
            isReached[index] = isFed && !(node.weightShape != nil && empty.contains(node.weightName))
        }
        return isReached.last == true ? nil : first
    }
}
