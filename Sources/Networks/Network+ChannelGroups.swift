/// Channels that can only be removed together: channel c of every member.
package struct ChannelGroup: Sendable, Hashable {
    /// One dimension of a parameter that shrinks with the group.
    package struct Member: Sendable, Hashable {
        /// Of the parameter.
        package let name: String
        package let kind: ParameterDescription.Kind
        /// 0: the layer's outputs; 1: its inputs.
        package let axis: Int
        /// Consecutive indices that belong to one channel: channel c owns c * spread ..< (c + 1) * spread.
        package let spread: Int
    }

    /// The first producer's.
    package let name: String
    package let channels: Int
    /// The layers whose outputs these channels are, by position, front to back; depthwise convolutions are among them.
    package let producers: [Int]
    /// Every parameter dimension that shrinks, in the order of the graph.
    package let members: [Member]
    /// The layers that read the channels, front to back; depthwise convolutions are producers and not among them.
    package let consumers: [Network.Consumer]
}

extension Network {
    /// The groups of channels that can be removed, in the order of the graph.
    ///
    /// Adding ties the channels of its inputs; batch normalisation, ReLU, pooling and flattening pass channels on; a
    /// depthwise convolution ties what it reads to what it gives. So all that is added up along a stage of a residual
    /// network is one group. Channels of the network's input, channels that reach its output, and those that a grouped but
    /// not depthwise convolution reads or gives cannot be removed and are in no group.
    package var channelGroups: [ChannelGroup] {
        let coupling = ChannelCoupling(self)
        var order: [Int] = []
        var producers: [Int: [Int]] = [:]
        var consumers: [Int: [Consumer]] = [:]
        var members: [Int: [ChannelGroup.Member]] = [:]
        for (index, node) in nodes.enumerated() {
            let given = coupling.root(of: index)
            let spread = coupling.spread(of: index)
            if node.weightShape != nil {
                if producers[given] == nil { order.append(given) }
                producers[given, default: []].append(index)
            }
            if node.weightShape != nil, !node.isDepthwise, let source = node.inputs.first {
                let read = coupling.root(of: source)
                let consumer = Consumer(node: index, spread: coupling.spread(of: source))
                consumers[read, default: []].append(consumer)
                members[read, default: []].append(
                    ChannelGroup.Member(name: node.weightName, kind: .weight, axis: 1, spread: consumer.spread))
            }
            members[given, default: []] += node.values.map {
                ChannelGroup.Member(name: $0.name, kind: $0.kind, axis: 0, spread: spread)
            }
        }
        return order.compactMap { root in
            guard !coupling.isFixed(root), let producers = producers[root] else { return nil }
            return ChannelGroup(
                name: nodes[producers[0]].name, channels: nodes[producers[0]].outputShape[0], producers: producers,
                members: members[root] ?? [], consumers: consumers[root] ?? [])
        }
    }
}

/// Which nodes' output channels are the same channels (union-find over the graph).
private struct ChannelCoupling {
    /// Of each node, another node that has the same channels, itself at the root.
    private var parents: [Int]
    /// Of each node, how many consecutive outputs are one channel.
    private var spreads: [Int] = []
    /// Roots of channels that cannot be removed.
    private var fixed: Set<Int> = []

    init(_ network: Network) {
        parents = Array(network.nodes.indices)
        var unremovable: [Int] = network.nodes.isEmpty ? [] : [network.nodes.count - 1]
        for (index, node) in network.nodes.enumerated() {
            let spread = (node.inputs.first.map { spreads[$0] } ?? 1) * node.flattened
            guard node.weightShape == nil || node.isDepthwise else {
                spreads.append(1)
                if case .convolution(_, _, _, _, let groups, _) = node.layer, groups > 1 {
                    unremovable += [index] + node.inputs
                }
                continue
            }
            spreads.append(spread)
            for source in node.inputs {
                unite(source, index)
                // Added up are channels of one kind with features of another: neither can go alone.
                if spreads[source] * node.flattened != spread { unremovable.append(index) }
            }
            if node.inputs.isEmpty { unremovable.append(index) }
        }
        fixed = Set(unremovable.map(root(of:)))
    }

    func root(of node: Int) -> Int {
        var node = node
        while parents[node] != node { node = parents[node] }
        return node
    }

    func spread(of node: Int) -> Int { spreads[node] }

    func isFixed(_ root: Int) -> Bool { fixed.contains(root) }

    private mutating func unite(_ a: Int, _ b: Int) {
        let (a, b) = (root(of: a), root(of: b))
        parents[max(a, b)] = min(a, b)
    }
}
