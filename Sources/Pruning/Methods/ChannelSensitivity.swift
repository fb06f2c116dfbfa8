internal import Networks
internal import Torch

/// How much of any output of a layer may come from one of its inputs (PFP, definition 1; the authors' code).
///
///     z_f(p) = sum_e w_fe a_e(p),   g_e = max over filters f, patches p and images of  w_fe a_e(p) / z_f(p)
///
/// over weight and activation entries e of a patch, without bias and for positive and negative weights apart; activations
/// are split into their positive and negative part where there are negative ones. Quotients whose |z| is at most float32's
/// epsilon count as 0.
struct ChannelSensitivity {
    private let node: Network.Node
    private let positive: Tensor
    private let negative: Tensor
    /// [inputs x kernel x kernel].
    private var entries: Tensor
    /// Values of a product that is reduced at once, so that it stays in the cache.
    private let block = 1 << 18

    init(of node: Network.Node, weight: Tensor) throws {
        self.node = node
        let matrix = try weight.to(.float32).flatten(from: 1)
        positive = try matrix.relu()
        negative = try (-matrix).relu()
        entries = try Tensor.zeros([matrix.shape[1]])
    }

    /// Of each channel the largest over its entries, float64 [channels], each in 0...1.
    func byChannel(_ channels: Int) throws -> Tensor {
        try entries.to(.float64).reshape([channels, -1]).amax([1])
    }

    /// Takes a batch of what comes into the layer into account.
    mutating func observe(_ input: Tensor) throws {
        let hasNegative = try input.amin().item() < 0
        let parts = try hasNegative ? [input.relu(), (-input).relu()] : [input]
        let positions = node.outputShape.dropFirst().reduce(1, *)
        let length = max(block / (positions * entries.count), 1)
        for part in parts {
            for start in stride(from: 0, to: part.shape[0], by: length) {
                let images = try part.narrow(
                    dimension: 0, start: start, length: min(length, part.shape[0] - start))
                try observe(patches: patches(images))
            }
        }
    }

    /// [inputs x kernel x kernel, patches].
    private func patches(_ images: Tensor) throws -> Tensor {
        try node.patches(images).permute([1, 0, 2]).reshape([entries.count, -1]).contiguous()
    }

    private mutating func observe(patches: Tensor) throws {
        for weights in [positive, negative] {
            let sums = try weights.matmul(patches)
            let inverse = try (1 / sums).maskedFill(sums.lessOrEqual(Double(Float.ulpOfOne)), 0)
            for filter in 0..<weights.shape[0] {
                let largest = try (patches * inverse.narrow(dimension: 0, start: filter, length: 1)).amax([1])
                let row = try weights.narrow(dimension: 0, start: filter, length: 1).reshape([entries.count])
                entries = try entries.maximum(largest * row)
            }
        }
    }
}
