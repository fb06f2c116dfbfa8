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

    package init(name: String, inputShape: [Int]) {
        self.name = name
        self.inputShape = inputShape
    }

    /// Of one example, after the last node.
    package var outputShape: [Int] { nodes.last?.outputShape ?? inputShape }

    /// Adds a node behind the last one, or behind the named nodes.
    ///
    /// Throws ``NetworkError`` when the layer cannot take the shape that comes in.
    package mutating func append(_ name: String, _ layer: Layer, after sources: [String]? = nil) throws {
        let inputs: [Int]
        if let sources {
            inputs = try sources.map { source in
                guard let index = nodes.firstIndex(where: { $0.name == source }) else {
                    throw NetworkError("network \(self.name), layer \(name): no earlier layer is called \(source)")
                }
                return index
            }
        } else {
            inputs = nodes.isEmpty ? [] : [nodes.count - 1]
        }
        guard !nodes.contains(where: { $0.name == name }) else {
            throw NetworkError("network \(self.name) has two layers called \(name)")
        }
        let shapes = inputs.isEmpty ? [inputShape] : inputs.map { nodes[$0].outputShape }
        guard let outputShape = layer.outputShape(of: shapes) else {
            throw NetworkError(
                "network \(self.name), layer \(name) cannot take an input of shape \(shapes[0]); "
                    + "choose a data set with images that fit")
        }
        nodes.append(
            Node(name: name, layer: layer, inputs: inputs, inputShape: shapes[0], outputShape: outputShape))
    }
}

/// A network that cannot be built or run: one sentence with the layer and the remedy.
package struct NetworkError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
