internal import Networks
internal import Sweep
internal import Torch

/// Folds neurons of hidden dense layers into others of their layer, one by one.
///
/// Layers take turns, so that all keep about the same share of their neurons: always the one that has the most left is next,
/// with its pair of the largest |rho|. Constant neurons come before all pairs. Activations of a layer do not depend on what is
/// folded in it, so its statistics stay right however many go; they are measured again after so many folds in front of
/// another layer. A neuron that is gone is still there until ``result``, but nobody reads it.
struct NeuronFolding {
    /// Folds in front of a layer after which its statistics are measured again.
    private static let folds = 8

    private let context: PruningContext
    private let images: (inputs: Tensor, labels: Tensor)
    private let classes: Int
    /// The network's values; those of readers change in place.
    private var values: [String: Tensor]
    private var layers: [HiddenLayer]
    /// Since the last measurement, in front of a layer that is still to be folded.
    private var staleFolds = 0

    init(_ context: PruningContext) throws {
        self.context = context
        images = try context.examples.first(Int(context.knob("batch")))
        classes = context.dense.outputShape[0]
        values = try context.parameters.mapValues { try $0.detach() }
        layers = context.eligibleGroups.compactMap { HiddenLayer($0, in: context) }
        guard !layers.isEmpty else {
            throw InfeasibleLevel(
                "the network has no hidden dense layer among those selected, and \(context.pruning.method) prunes no "
                    + "others; check `layers` of the sweep file; not retrained")
        }
        for layer in layers {
            for name in layer.readerWeights + layer.readerBiases {
                values[name] = try context.parameter(name).detach().clone()
            }
        }
        try measure()
    }

    // MARK: - How far to go

    /// Folds as many neurons as lead closest to a share of the dense network's prunable weights.
    mutating func fold(toSparsity sparsity: Double) throws {
        let dense = Double(context.dense.prunableCount)
        let target = (1 - sparsity) * dense
        var isClosed = Set<Int>()
        var left = Double(weightsLeft)
        while left > target, let next = try next(except: isClosed) {
            var smaller = layers
            smaller[next].left -= 1
            let after = Double(weightsLeft(smaller))
            guard abs(after - target) <= left - target else {
                // Only a layer with smaller neurons can lead closer, which is worth its best ones only far from the target.
                if left - target <= Level.tolerance * dense { break }
                isClosed.insert(next)
                continue
            }
            try fold(in: next)
            left = after
        }
        if left - target > Level.tolerance * dense {
            throw InfeasibleLevel(
                "\(context.pruning.method) prunes hidden dense layers only, which leaves at least \(Int(left)) of "
                    + "\(Int(dense)) prunable weights; ask for less sparsity; not retrained")
        }
    }

    /// Folds while the share of the images that are classified right is at least `floor`.
    mutating func fold(whileAccuracyIsAtLeast floor: Double) throws {
        var stride = Self.folds
        while true {
            let before = try snapshot
            var folded = 0
            while folded < stride, let next = try next() {
                try fold(in: next)
                folded += 1
            }
            guard folded > 0 else { return }
            if try accuracy < floor {
                (values, layers, staleFolds) = before
                // The last few one by one.
                guard stride > 1 else { return }
                stride = 1
            }
        }
    }

    private var snapshot: ([String: Tensor], [HiddenLayer], Int) {
        get throws {
            var copies = values
            for name in layers.flatMap({ $0.readerWeights + $0.readerBiases }) {
                copies[name] = try values[name]?.clone()
            }
            return (copies, layers, staleFolds)
        }
    }

    private var accuracy: Double {
        get throws {
            let logits = try context.network.forward(images.inputs, values).narrow(
                dimension: 1, start: 0, length: classes)
            let right = try logits.argmax(dimension: 1).equal(images.labels).countNonzero().itemInt()
            return Double(right) / Double(max(images.labels.count, 1))
        }
    }

    /// Prunable weights of the network without the neurons that are gone.
    private var weightsLeft: Int { weightsLeft(layers) }

    private func weightsLeft(_ layers: [HiddenLayer]) -> Int {
        let last = context.network.nodes.last?.weightName
        return context.network.prunable.reduce(0) { sum, parameter in
            var count = parameter.count
            // Noise outputs are not counted.
            if parameter.name == last { count = count / parameter.shape[0] * classes }
            for layer in layers {
                for member in layer.group.members where member.name == parameter.name {
                    count = count / layer.group.channels * layer.left
                }
            }
            return sum + count
        }
    }

    // MARK: - Folding

    /// The layer to fold in, nil where every layer has one neuron left.
    private mutating func next(except closed: Set<Int> = []) throws -> Int? {
        let open = layers.indices.filter { layers[$0].left > 1 && !closed.contains($0) }
        if staleFolds >= Self.folds || open.contains(where: { layers[$0].best == nil }) { try measure() }
        if let constant = open.first(where: { layers[$0].best?.isConstant == true }) { return constant }
        // Of equal shares, the earlier layer.
        return open.filter { layers[$0].best != nil }.max { (layers[$0].share, $1) < (layers[$1].share, $0) }
    }

    /// Folds the best pair of a layer.
    private mutating func fold(in index: Int) throws {
        guard let fold = try layers[index].take(values) else { return }
        for (weight, bias) in zip(layers[index].readerWeights, layers[index].readerBiases) {
            guard let weight = values[weight], let bias = values[bias] else { continue }
            let column = try weight.narrow(dimension: 1, start: fold.gone, length: 1)
            if let survivor = fold.survivor {
                try weight.narrow(dimension: 1, start: survivor, length: 1).addInPlace(column * fold.slope)
            }
            try bias.addInPlace((column * fold.intercept).flatten())
            try column.fill(0)
        }
        if index < layers.count - 1 { staleFolds += 1 }
    }

    private mutating func measure() throws {
        var activations: [String: Tensor] = [:]
        let readers = Set(layers.map(\.readerWeights[0]))
        _ = try context.network.forward(images.inputs, values) { node, input in
            if readers.contains(node.weightName) { activations[node.weightName] = input }
        }
        for index in layers.indices {
            guard let activation = activations[layers[index].readerWeights[0]] else { continue }
            try layers[index].measure(activation)
        }
        staleFolds = 0
    }

    /// The network without the neurons that are gone.
    var result: Rewriting {
        get throws {
            let kept = Dictionary(uniqueKeysWithValues: layers.map { ($0.group.name, $0.alive) })
            let smaller = try context.network.keeping(kept, parameters: values)
            return Rewriting(network: smaller.network, parameters: smaller.parameters, kept: kept)
        }
    }
}
