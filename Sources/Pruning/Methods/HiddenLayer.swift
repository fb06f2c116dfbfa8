internal import Networks
internal import Torch

/// The neurons of one dense layer between two others, and how alike they are.
struct HiddenLayer {
    /// One neuron to fold, and into which.
    struct Fold {
        let gone: Int
        /// Nil for a neuron that never varies.
        let survivor: Int?
        let slope: Double
        let intercept: Double
    }

    /// Two neurons by how much they correlate, or one that never varies.
    struct Pair {
        let first: Int
        /// Nil: the first never varies.
        let second: Int?
        let correlation: Double
        var isConstant: Bool { second == nil }
    }

    let group: ChannelGroup
    let readerWeights: [String]
    let readerBiases: [String]
    /// Neurons that are not gone.
    var left: Int
    private var isAlive: [Bool]
    /// Strongest first; the first has no neuron that is gone.
    private var pairs: ArraySlice<Pair> = []
    private var means: [Double] = []
    private var deviations: [Double] = []

    /// How many pairs of each neuron are kept in order, the strongest of all; when they are used up it is time to measure.
    private static let pairsPerNeuron = 32
    /// A variance that is so small a part of the mean square is rounding.
    private static let rounding = 1e-12

    /// Of the dense network's neurons.
    private let denseCount: Int

    /// Nil where the group is more than one dense layer that only dense layers with a bias read, all of them the same values.
    init?(_ group: ChannelGroup, in context: PruningContext) {
        let network = context.network
        guard group.producers.count == 1, case .linear = network.nodes[group.producers[0]].layer else { return nil }
        let readers = group.consumers.map { (node: network.nodes[$0.node], spread: $0.spread) }
        guard let inputs = readers.first?.node.inputs,
            readers.allSatisfy({ $0.node.hasBias && $0.node.inputs == inputs && $0.spread == 1 })
        else { return nil }
        self.group = group
        readerWeights = readers.map(\.node.weightName)
        readerBiases = readers.map(\.node.biasName)
        left = group.channels
        denseCount = context.dense.nodes.first { $0.name == group.name }?.outputShape[0] ?? group.channels
        isAlive = Array(repeating: true, count: group.channels)
    }

    /// The neurons that are not gone, ascending.
    var alive: [Int] { isAlive.indices.filter { isAlive[$0] } }

    /// The share of the dense network's neurons that are left.
    var share: Double { Double(left) / Double(denseCount) }

    /// The next pair to fold; nil where they are used up.
    var best: Pair? { pairs.first }

    /// Takes means, deviations and correlations from what the readers see, [images, neurons].
    mutating func measure(_ activation: Tensor) throws {
        let (images, count) = (activation.shape[0], activation.shape[1])
        let values = try activation.to(.float64)
        let mean = try values.mean([0])
        let centred = try values - mean
        let variance = try centred.square().mean([0])
        let isConstant = try variance.lessOrEqual(values.square().mean([0]) * Self.rounding)
        let deviation = try variance.maskedFill(isConstant, 0).sqrt()
        (means, deviations) = (try mean.toDoubles(), try deviation.toDoubles())

        let scaled = try centred / deviation.maskedFill(isConstant, 1)
        let correlation = try scaled.transposed().matmul(scaled) / Double(images)
        // Each pair once, and none with a neuron that is gone or never varies.
        let position = try Tensor.range(count)
        let isGone = try Tensor(isAlive.map { UInt8($0 ? 0 : 1) }).to(.bool).or(isConstant)
        let isNoPair = try position.reshape([count, 1]).greaterOrEqual(position)
            .or(isGone.reshape([count, 1])).or(isGone)
        let strength = try correlation.abs().maskedFill(isNoPair, -1).flatten()
        let (order, candidates) = try strength.topk(min(Self.pairsPerNeuron * count, strength.count))
        let (strengths, places) = (try order.toDoubles(), try candidates.toInts())
        let correlations = try correlation.flatten().indexSelect(candidates).toDoubles()
        pairs = ArraySlice(
            try isConstant.toBytes().enumerated().filter { $0.element != 0 && isAlive[$0.offset] }
                .map { Pair(first: $0.offset, second: nil, correlation: 0) }
                + places.indices.filter { strengths[$0] >= 0 }.map {
                    Pair(first: places[$0] / count, second: places[$0] % count, correlation: correlations[$0])
                })
    }

    /// Removes a neuron of the next pair: the one whose part in what is read, sigma ||W_v||, is smaller.
    ///
    /// - Parameter values: The readers' weights by name.
    mutating func take(_ values: [String: Tensor]) throws -> Fold? {
        guard let pair = pairs.first else { return nil }
        let fold = try self.fold(pair, values)
        isAlive[fold.gone] = false
        left -= 1
        pairs = pairs.drop { !isAlive[$0.first] || $0.second.map { !isAlive[$0] } ?? false }
        return fold
    }

    private func fold(_ pair: Pair, _ values: [String: Tensor]) throws -> Fold {
        guard let second = pair.second else {
            return Fold(gone: pair.first, survivor: nil, slope: 0, intercept: means[pair.first])
        }
        let isFirstSmaller = try part(of: pair.first, values) < part(of: second, values)
        let (gone, survivor) = isFirstSmaller ? (pair.first, second) : (second, pair.first)
        let slope = pair.correlation * deviations[gone] / deviations[survivor]
        return Fold(gone: gone, survivor: survivor, slope: slope, intercept: means[gone] - slope * means[survivor])
    }

    private func part(of neuron: Int, _ values: [String: Tensor]) throws -> Double {
        let squares = try readerWeights.compactMap { values[$0] }.map {
            try $0.narrow(dimension: 1, start: neuron, length: 1).square().sum().item()
        }
        return deviations[neuron] * squares.reduce(0, +).squareRoot()
    }
}
