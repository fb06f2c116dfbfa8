/// A neural network as data: a graph of a few layer kinds, from the input to the last node's output.
///
/// Nodes are held in an order in which every node follows its inputs. Everything that is done to a network (running it,
/// counting, coupling channels, shrinking, exporting) is a walk over this value; nothing else knows a network's name.
package struct Network: Sendable, Hashable {
    /// One step of the computation.
    package struct Node: Sendable, Hashable {
        /// Unique in the network; parameters are "<name>.weight" and "<name>.bias".
        package let name: String
        package let layer: Layer
        /// The nodes whose outputs come in, by position; empty: the network's input.
        package let inputs: [Int]
        /// Of one example: [channels, height, width] or [features].
        package let inputShape: [Int]
        package let outputShape: [Int]
    }

    /// A name of `NetworkCatalogue`, or any for a network built in a test.
    package let name: String
    /// Of one example: channels, height, width.
    package let inputShape: [Int]
    package private(set) var nodes: [Node] = []
    /// The nodes that read each node's output, by position. Kept with the graph: every forward pass asks.
    package private(set) var readers: [[Int]] = []
    /// Multiply-accumulates of one example; biases, normalisation, pooling and activations are not counted. Kept with the
    /// graph: every training step asks.
    package private(set) var macs = 0

    package init(name: String, inputShape: [Int]) {
        self.name = name
        self.inputShape = inputShape
    }

    /// Of one example, after the last node.
    package var outputShape: [Int] { nodes.last?.outputShape ?? inputShape }

    /// Adds a node behind the last one, or behind the named nodes; behind none of them: on the network's input.
    ///
    /// Throws ``NetworkError`` when the layer cannot take the shape that comes in.
    package mutating func append(_ name: String, _ layer: Layer, after sources: [String]? = nil) throws {
        guard let sources else {
            return try append(name, layer, inputs: nodes.isEmpty ? [] : [nodes.count - 1])
        }
        let inputs = try sources.map { source in
            guard let index = nodes.firstIndex(where: { $0.name == source }) else {
                throw NetworkError("network \(self.name), layer \(name): no earlier layer is called \(source)")
            }
            return index
        }
        try append(name, layer, inputs: inputs)
    }

    /// Adds a node behind those at the positions, each of which exists.
    mutating func append(_ name: String, _ layer: Layer, inputs: [Int]) throws {
        guard !nodes.contains(where: { $0.name == name }) else {
            throw NetworkError("network \(self.name) has two layers called \(name)")
        }
        let shapes = inputs.isEmpty ? [inputShape] : inputs.map { nodes[$0].outputShape }
        guard let outputShape = layer.outputShape(of: shapes) else {
            throw NetworkError(
                "network \(self.name), layer \(name) cannot take an input of shape \(shapes[0]); "
                    + "choose a data set with images that fit")
        }
        let node = Node(
            name: name, layer: layer, inputs: inputs, inputShape: shapes[0], outputShape: outputShape)
        guard Self.isCountable(outputShape), Self.isCountable(node.weightShape ?? []) else {
            throw NetworkError("network \(self.name), layer \(name) is too large; make it smaller")
        }
        for source in inputs { readers[source].append(nodes.count) }
        readers.append([])
        macs += node.values.filter(\.isPrunable).reduce(0) { $0 + $1.uses * $1.count }
        nodes.append(node)
    }

    /// Whether that many values can be held and counted: 2^30 at most.
    private static func isCountable(_ shape: [Int]) -> Bool {
        var count = 1
        for size in shape {
            let (product, hasOverflown) = count.multipliedReportingOverflow(by: size)
            guard !hasOverflown, (1...(1 << 30)).contains(product) else { return false }
            count = product
        }
        return true
    }
}

/// A network that cannot be built or run: one sentence with the layer and the remedy.
package struct NetworkError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
