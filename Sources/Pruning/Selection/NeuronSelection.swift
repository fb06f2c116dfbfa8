internal import Networks
internal import Sweep
internal import Torch

/// Keeping, for every neuron or filter, the fewest inputs that hold a given share (alpha) of its scores.
///
/// A connection is a weight of a linear layer or a whole kernel of a convolution. In a neuron's order of falling scores
/// (the first of equals first) a connection is kept while those before it hold less than alpha; a score of zero is never
/// kept. So every connection has one number, the share before it, and is kept where that is below alpha: the kept set
/// grows with alpha, and one sort serves every alpha. The bias holds the share that the connections leave, competes with
/// them, and goes where what comes before it holds alpha already.
///
/// Backward pruning follows: a neuron that no kept connection reads loses its inputs and its bias. Going from the last
/// layer to the first, one pass finds them all. A neuron that never fires has readers with zero scores, so it goes too. Its
/// batch normalisation's scale and shift go with it. Layers that the stage does not select keep everything.
struct NeuronSelection {
    private struct Layer {
        let node: Network.Node
        /// The share held by what comes before this connection, infinite for a score of zero; [outputs, inputs].
        let shareBefore: Tensor
        /// The same of the neurons' biases, [outputs]; nil for a layer without.
        let shareBeforeBias: Tensor?
        /// Who reads its channels; nil for the output layer and where nothing may be removed.
        let consumers: Set<Network.Consumer>?
        /// 1 - alpha here, in multiples of that of linear layers.
        let ratio: Double
    }

    private let network: Network
    /// Front to back, by position in the network.
    private let layers: [(index: Int, layer: Layer)]

    /// The method's knob `conv-ratio`, where it has one, gives convolutions an alpha of their own.
    ///
    /// - Parameter scores: [outputs, inputs of a group] for every prunable parameter, none negative, each row adding up to
    ///   1 at most.
    init(_ context: PruningContext, scores: [String: Tensor]) throws {
        let network = context.network
        self.network = network
        let eligible = Set(context.eligible.map(\.name))
        let convolutionRatio = context.pruning.knobs["conv-ratio"] ?? 1
        layers = try network.nodes.enumerated().compactMap { index, node in
            guard let shape = node.weightShape else { return nil }
            guard let score = scores[node.weightName], score.shape == Array(shape[..<2]) else {
                throw PruningError("the method gave no scores of shape \(shape[..<2]) for \(node.weightName)")
            }
            let (values, order) = try score.to(.float64).sort(dimension: 1, descending: true)
            // A bias competes with the connections; of equals, it comes last.
            let bias = try (1 - values.sum([1], keepDimensions: true)).relu()
            let ahead =
                try node.hasBias ? bias.expand(values.shape).maskedFill(values.greaterOrEqual(bias), 0) : values * 0
            let before = try values.cumsum(dimension: 1) - values + ahead
            let beforeBias = try values.maskedFill(values.less(bias), 0).sum([1])
            let inPlace = try Tensor.zeros(score.shape, dtype: .float64).scatter(dimension: 1, order, before)
            // Where nothing may be removed, everything comes before any alpha.
            let isFree = eligible.contains(node.weightName)
            let shareBefore =
                try isFree
                ? inPlace.maskedFill(score.equal(0), .infinity) : Tensor.full(score.shape, -.infinity, dtype: .float64)
            return (
                index,
                Layer(
                    node: node, shareBefore: shareBefore, shareBeforeBias: node.hasBias && isFree ? beforeBias : nil,
                    consumers: isFree ? network.consumers(of: index) : nil,
                    ratio: shape.count == 4 ? convolutionRatio : 1)
            )
        }
    }

    /// The masks of one alpha, biases included: those that the share leaves out and those of removed neurons.
    func masks(alpha: Double) throws -> Masks {
        var tensors: [String: Tensor] = [:]
        for (index, kept) in try connections(alpha: alpha) {
            guard let shape = network.nodes[index].weightShape else { continue }
            let node = network.nodes[index]
            let mask = kept.connections
            tensors[node.weightName] =
                try shape.count == 2 ? mask : mask.reshape([shape[0], shape[1], 1, 1]).expand(shape).contiguous()
            if let bias = kept.biases { tensors[node.biasName] = bias }
            guard let isRead = kept.isRead else { continue }
            for normalisation in network.normalisations(behind: index) {
                tensors[normalisation.weightName] = isRead
                tensors[normalisation.biasName] = isRead
            }
        }
        return try Masks(tensors, of: network)
    }

    /// The masks whose sparsity is nearest to the requested one, by bisection over alpha.
    func masks(sparsity target: Double) throws -> Masks {
        // All scores are kept at the upper end, even those behind a share that rounding brought to 1.
        var (low, high) = (0.0, 2.0)
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if try sparsity(alpha: middle) >= target { low = middle } else { high = middle }
        }
        let isLowNearer =
            try abs(sparsity(alpha: low) - target) <= abs(sparsity(alpha: high) - target) && low > 0
        return try masks(alpha: isLowNearer ? low : high)
    }

    private func sparsity(alpha: Double) throws -> Double {
        let kept = try connections(alpha: alpha).reduce(0) { sum, entry in
            let kernel = network.nodes[entry.key].weightShape?[2...].reduce(1, *) ?? 0
            return try sum + entry.value.connections.countNonzero().itemInt() * kernel
        }
        return 1 - Double(kept) / Double(network.prunableCount)
    }

    /// What is left of a layer.
    private struct Kept {
        let connections: Tensor
        /// Nil: all of them, or there are none.
        let biases: Tensor?
        /// Which of its neurons are read; nil: they do not go.
        let isRead: Tensor?
    }

    private func connections(alpha: Double) throws -> [Int: Kept] {
        var kept: [Int: Kept] = [:]
        for (index, layer) in layers.reversed() {
            // However small alpha is, a convolution keeps what comes first, as a linear layer does.
            let limit = alpha > 0 ? max(1 - layer.ratio * (1 - alpha), .leastNormalMagnitude) : 0
            let chosen = try layer.shareBefore.less(limit)
            let biases = try layer.shareBeforeBias?.less(limit)
            guard let consumers = layer.consumers else {
                kept[index] = Kept(connections: chosen, biases: biases, isRead: nil)
                continue
            }
            let channels = layer.shareBefore.shape[0]
            var isRead = try Tensor.zeros([channels], dtype: .bool)
            for consumer in consumers {
                guard let reader = kept[consumer.node]?.connections else { continue }
                // A grouped convolution's rows list the inputs of their own group only.
                let groups = channels * consumer.spread / reader.shape[1]
                let inputs = try reader.reshape([groups, -1, reader.shape[1]]).any([1])
                    .reshape([channels, consumer.spread])
                isRead = try isRead.or(inputs.any([1]))
            }
            kept[index] = Kept(
                connections: try chosen.and(isRead.reshape([channels, 1])), biases: try biases?.and(isRead),
                isRead: isRead)
        }
        return kept
    }
}

extension Network {
    /// The batch normalisations of a layer's own channels, before they are added to others or read.
    fileprivate func normalisations(behind index: Int) -> [Node] {
        nodes.indices.filter { nodes[$0].inputs == [index] }.flatMap { reader -> [Node] in
            switch nodes[reader].layer {
            case .batchNorm: [nodes[reader]] + normalisations(behind: reader)
            case .relu, .maxPool, .globalAveragePool: normalisations(behind: reader)
            case .convolution, .linear, .add, .flatten: []
            }
        }
    }
}
