internal import Networks
internal import Sweep
internal import Torch

/// ThiNet: the channels whose loss the next layer notices least go, one after another.
///
/// Source: J.-H. Luo, J. Wu, W. Lin, "ThiNet: a filter level pruning method for deep neural network compression", ICCV
/// 2017 (section 3.2). At m sampled (image, position, output channel) of the layer that reads the channels, x_ic is what
/// channel c contributes to the output before bias, y_i = sum_c x_ic:
///
///     greedy (algorithm 1): T grows by the c with the least sum_i (sum_{j in T + c} x_ij)^2
///     rescaling (equation 7): w = argmin sum_i (y_i - sum_{c kept} w_c x_ic)^2, multiplied into the reader's weights
///
/// With the Gram matrix G = X'X a candidate's error is that of T plus 2 sum_{t in T} G_tc + G_cc, so the whole order costs
/// channels^2 after one product. A channel's score is its place in the order in which the channels go; all layers lose the
/// same share.
///
/// Defaults: 10 sampled positions an image (paper, section 4); m = 1000 (ours; the paper: 10 images of each of 1000 classes).
/// Deviations: all layers are scored on the network as it stands and pruned at once, where the authors prune and
/// fine-tune layer by layer; linear layers are pruned too; where several layers read a group, the errors are added, each
/// over the sum of squares of its contributions. Where the kept channels do not determine w (fewer samples than channels,
/// dead channels), it is the solution nearest to 1. Cost: two forward passes over m / 10 images, a Gram matrix a layer.
struct ThiNet: GroupScorer {
    private let positionsPerImage = 10
    /// Images at a time, so that memory does not grow with m.
    private let batch = 25

    func scores(of groups: [ChannelGroup], in context: PruningContext) throws -> [String: Tensor] {
        let contributions = try contributions(to: groups, in: context)
        var scores: [String: Tensor] = [:]
        for group in groups {
            var gram = try Tensor.zeros([group.channels, group.channels], dtype: .float64)
            for consumer in group.consumers {
                guard let x = contributions[consumer.node] else { continue }
                let energy = try x.square().sum().item()
                if energy > 0 { gram = try gram + x.transposed().matmul(x) / energy }
            }
            scores[group.name] = try Self.places(gram)
        }
        return scores
    }

    /// When each channel goes, 0 for the first: float64 [channels].
    static func places(_ gram: Tensor) throws -> Tensor {
        let count = gram.shape[0]
        let order = try Tensor.range(count)
        let itself = try order.reshape([count, 1]).equal(order.reshape([1, count]))
        var error = try Tensor.choose(itself, gram, Tensor.zeros(gram.shape, dtype: .float64)).sum([1])
        var places = [Double](repeating: 0, count: count)
        for place in 0..<count {
            let next = try (-error).argmax().itemInt()
            places[next] = Double(place)
            let row = try gram.narrow(dimension: 0, start: next, length: 1).reshape([count])
            error = try (error + 2 * row).maskedFill(order.equal(Double(next)), .infinity)
        }
        return try Tensor(places)
    }

    func compensation(
        for kept: [String: [Int]], of groups: [ChannelGroup], scores: [String: Tensor], in context: PruningContext
    ) throws -> [String: Tensor] {
        let shrinking = groups.filter { kept[$0.name].map { $0.count } ?? $0.channels < $0.channels }
        let contributions = try contributions(to: shrinking, in: context)
        var scaled: [String: Tensor] = [:]
        for group in shrinking {
            guard let channels = kept[group.name] else { continue }
            let part = try group.scaledConsumers(in: context) { consumer in
                let whole = try Tensor.ones([group.channels], dtype: .float64)
                guard let x = contributions[consumer.node] else { return whole }
                return try Self.factors(x, keeping: Tensor(channels.map(Int64.init)))
            }
            scaled.merge(part) { $1 }
        }
        return scaled
    }

    /// The factors of the kept channels with which they best give the sum of all; 1 for the others.
    static func factors(_ x: Tensor, keeping channels: Tensor) throws -> Tensor {
        let left = try x.indexSelect(dimension: 1, channels)
        let missing = try x.sum([1], keepDimensions: true) - left.sum([1], keepDimensions: true)
        let change = try left.leastSquares(missing)
        return try Tensor.ones([x.shape[1]], dtype: .float64)
            .scatter(dimension: 0, channels, 1 + change.reshape([channels.count]))
    }

    // MARK: - Samples

    /// What every channel gives to each sampled output of the layers that read it, by the reader's position: float64
    /// [samples, channels].
    private func contributions(to groups: [ChannelGroup], in context: PruningContext) throws -> [Int: Tensor] {
        var readers: [String: (node: Int, channels: Int)] = [:]
        for group in groups {
            for consumer in group.consumers {
                readers[context.network.nodes[consumer.node].name] = (consumer.node, group.channels)
            }
        }
        let wanted = try max(Int(context.knob("samples")), 1)
        let images = try context.examples.first((wanted - 1) / positionsPerImage + 1).inputs
        let count = images.shape[0]
        var parts: [Int: [Tensor]] = [:]
        for start in stride(from: 0, to: count, by: batch) {
            let length = min(batch, count - start)
            _ = try context.network.forward(
                images.narrow(dimension: 0, start: start, length: length), context.parameters
            ) { node, input in
                guard let reader = readers[node.name] else { return }
                let weight = try context.parameter(node.weightName).detach().flatten(from: 1)
                let samples = Self.samples(of: node, wanted, images: count, seed: context.seed)
                for image in 0..<length {
                    let here = samples.filter { $0.image == start + image }
                    guard !here.isEmpty else { continue }
                    let patches = try node.patches(input.narrow(dimension: 0, start: image, length: 1))
                        .reshape([weight.shape[1], -1])
                        .indexSelect(dimension: 1, Tensor(here.map { Int64($0.position) })).transposed()
                    let rows = try weight.indexSelect(dimension: 0, Tensor(here.map { Int64($0.output) }))
                    let products = try patches.to(.float64) * rows.to(.float64)
                    parts[reader.node, default: []].append(
                        try products.reshape([here.count, reader.channels, -1]).sum([2]))
                }
            }
        }
        return try parts.mapValues { try Tensor.cat($0) }
    }

    struct Sample: Hashable {
        let image: Int
        /// Of the output, row by row.
        let position: Int
        let output: Int
    }

    /// The outputs of a layer that are looked at: as many of each image, at random by (seed, "thinet", layer).
    static func samples(of node: Network.Node, _ wanted: Int, images: Int, seed: Int) -> [Sample] {
        var stream = RandomStream(seed: seed, purpose: "thinet", detail: node.name)
        let positions = node.outputShape.dropFirst().reduce(1, *)
        return (0..<wanted).map { number in
            Sample(
                image: number * images / wanted, position: stream.integer(below: positions),
                output: stream.integer(below: node.outputShape[0]))
        }
    }
}
