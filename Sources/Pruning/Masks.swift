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

    /// The first layer that has no weight left.
    package func collapsedParameter() throws -> String? {
        try network.prunable.first { try nonzero($0) == 0 }?.name
    }
}
