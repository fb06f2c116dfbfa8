extension Network {
    /// The same graph with a chain of layers in place of each node.
    func rewritten(_ chain: (_ index: Int, _ node: Node) throws -> [(name: String, layer: Layer)]) throws -> Network {
        var result = Network(name: name, inputShape: inputShape)
        // Where each node's output is now.
        var ends: [Int] = []
        for (index, node) in nodes.enumerated() {
            var inputs = node.inputs.map { ends[$0] }
            for step in try chain(index, node) {
                try result.append(step.name, step.layer, inputs: inputs)
                inputs = [result.nodes.count - 1]
            }
            ends.append(result.nodes.count - 1)
        }
        return result
    }

    /// The network with one layer replaced by a chain of layers; who read the layer reads the end of the chain.
    ///
    /// Also gives a layer other outputs: the last linear layer may grow.
    package func replacing(_ name: String, with chain: [(name: String, layer: Layer)]) throws -> Network {
        guard nodes.contains(where: { $0.name == name }) else {
            throw NetworkError("network \(self.name) has no layer \(name)")
        }
        guard !chain.isEmpty else {
            throw NetworkError("network \(self.name), layer \(name): nothing is to take its place")
        }
        return try rewritten { _, node in node.name == name ? chain : [(node.name, node.layer)] }
    }

    /// The network with one layer split in two of a given rank between them.
    ///
    /// "<name>.basis" is the layer with `rank` outputs and without bias; "<name>.coefficients" mixes them: a 1x1
    /// convolution or linear layer that has the layer's outputs and bias. Weight [outputs, inputs x kernel x kernel] of
    /// the layer is coefficients [outputs, rank] times basis [rank, inputs x kernel x kernel].
    package func factoring(_ name: String, rank: Int) throws -> Network {
        let layer = nodes.first { $0.name == name }?.layer
        let (basis, coefficients) = ("\(name).basis", "\(name).coefficients")
        switch layer {
        case .convolution(let outputs, let kernel, let stride, let padding, groups: 1, let bias):
            return try replacing(
                name,
                with: [
                    (
                        basis,
                        .convolution(outputs: rank, kernel: kernel, stride: stride, padding: padding, bias: false)
                    ),
                    (coefficients, .convolution(outputs: outputs, kernel: 1, bias: bias)),
                ])
        case .linear(let outputs, let bias):
            return try replacing(
                name,
                with: [
                    (basis, .linear(outputs: rank, bias: false)),
                    (coefficients, .linear(outputs: outputs, bias: bias)),
                ])
        default:
            throw NetworkError(
                "network \(self.name) has no layer \(name) that can be factored; choose a convolution without "
                    + "groups or a linear layer")
        }
    }
}
