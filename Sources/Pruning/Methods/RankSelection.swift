internal import Networks
internal import Sweep

/// The ranks of factored layers, by the share of the squared singular values ("energy") they keep.
struct RankSelection {
    private struct Layer {
        let name: String
        let outputs: Int
        let inputs: Int
        /// Falling.
        let squares: [Double]

        /// Weights of one more dimension in both factors.
        var step: Int { outputs + inputs }
        var count: Int { outputs * inputs }
        /// The largest rank whose factors are smaller than the layer; 0 where none is.
        var highest: Int { min((count - 1) / step, squares.count) }
    }

    private let context: PruningContext
    private let layers: [Layer]

    /// - Parameter singularValues: Falling, by the name of the weight they are of.
    init(_ context: PruningContext, singularValues: [String: [Double]]) {
        self.context = context
        layers = context.network.prunable.compactMap { parameter in
            guard let values = singularValues[parameter.name] else { return nil }
            return Layer(
                name: parameter.name, outputs: parameter.shape[0], inputs: parameter.shape.dropFirst().reduce(1, *),
                squares: values.map { $0 * $0 })
        }
    }

    /// The smallest number of squares, from the largest down, whose sum is at least a share of all; 1 at least.
    static func rank(of squares: [Double], keeping share: Double) -> Int {
        // The whole is what the sum comes to in this order: rounding must not let it be missed.
        let total = squares.reduce(0, +)
        var held = 0.0
        for (index, square) in squares.enumerated() {
            held += square
            if held >= share * total { return index + 1 }
        }
        return max(squares.count, 1)
    }

    /// Ranks by parameter name that keep a share of each layer's energy; layers that would not become smaller are left out.
    func ranks(energy share: Double) -> [String: Int] {
        var ranks: [String: Int] = [:]
        for layer in layers {
            let rank = Self.rank(of: layer.squares, keeping: share)
            if rank <= layer.highest { ranks[layer.name] = rank }
        }
        return ranks
    }

    /// Ranks by parameter name with which the network comes closest to a sparsity; layers that stay whole are left out.
    ///
    /// Dimensions are given out by the energy that their layer holds without them, so that all layers keep about one
    /// share, each time where it leads closer to the sparsity.
    func ranks(sparsity: Double) throws -> [String: Int] {
        struct Dimension {
            let layer: Int
            let rank: Int
            let held: Double
            let cost: Int
        }
        var dimensions: [Dimension] = []
        var ranks: [Int: Int] = [:]
        var total = context.network.prunableCount
        for (index, layer) in layers.enumerated() where layer.highest >= 1 {
            ranks[index] = 1
            total -= layer.count - layer.step
            let energy = max(layer.squares.reduce(0, +), .leastNonzeroMagnitude)
            var held = 0.0
            for rank in 2...(layer.highest + 1) {
                held += layer.squares[rank - 2]
                // Beyond the highest rank the layer is whole.
                let cost = rank <= layer.highest ? layer.step : layer.count - layer.highest * layer.step
                dimensions.append(Dimension(layer: index, rank: rank, held: held / energy, cost: cost))
            }
        }
        let dense = Double(context.dense.prunableCount)
        let target = (1 - sparsity) * dense
        guard Double(total) <= target + Level.tolerance * dense else {
            throw InfeasibleLevel(
                "factors of rank 1 leave \(total) of \(Int(dense)) prunable weights; ask for less sparsity; not retrained"
            )
        }
        // A layer's own dimensions stay in order: what it holds never falls.
        var isFull = Set<Int>()
        for dimension in dimensions.enumerated().sorted(by: {
            ($0.element.held, $0.offset) < ($1.element.held, $1.offset)
        })
        .map(\.element) where !isFull.contains(dimension.layer) {
            guard abs(Double(total + dimension.cost) - target) <= abs(Double(total) - target) else {
                isFull.insert(dimension.layer)
                continue
            }
            ranks[dimension.layer] = dimension.rank
            total += dimension.cost
        }
        return Dictionary(
            uniqueKeysWithValues: ranks.filter { $0.value <= layers[$0.key].highest }.map {
                (layers[$0.key].name, $0.value)
            })
    }
}
