extension Network {
    /// A layer that reads another's output channels.
    package struct Consumer: Sendable, Hashable {
        /// The reading node, by position; it has a weight.
        package let node: Int
        /// How many consecutive inputs of the reader one channel becomes: height x width across a flattening, else 1.
        package let spread: Int
    }

    /// The layers with weights that read a node's output channels, through whatever lies between.
    ///
    /// A depthwise convolution is one of them: the channels end there and its own begin. `nil` when the channels reach the
    /// network's output: those are read by the user.
    package func consumers(of node: Int) -> Set<Consumer>? {
        var found: Set<Consumer> = []
        // A network that was read from a file may join the same channels again and again.
        var seen: Set<Consumer> = []
        var front = [Consumer(node: node, spread: 1)]
        while let current = front.popLast() {
            guard seen.insert(current).inserted else { continue }
            if current.node == nodes.count - 1 { return nil }
            for (index, reader) in nodes.enumerated() where reader.inputs.contains(current.node) {
                if reader.weightShape != nil {
                    found.insert(Consumer(node: index, spread: current.spread))
                } else {
                    front.append(Consumer(node: index, spread: current.spread * reader.flattened))
                }
            }
        }
        return found
    }
}

extension Network.Node {
    /// How many values of one channel become features of their own here: height x width at a flattening, else 1.
    var flattened: Int { layer == .flatten ? inputShape.dropFirst().reduce(1, *) : 1 }
}
