/// The kinds of layer a network is made of. Input channels and features follow from the graph.
package enum Layer: Sendable, Hashable, Codable {
    /// Square kernel; weight [outputs, inputs / groups, kernel, kernel]. Depthwise where groups, inputs and outputs are one
    /// number.
    case convolution(
        outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1, bias: Bool = true)
    /// Weight [outputs, inputs].
    case linear(outputs: Int, bias: Bool = true)
    /// Each channel normalised, scaled and shifted; epsilon 1e-5, momentum 0.1 (PyTorch's defaults).
    case batchNorm
    /// max(x, 0).
    case relu
    /// Largest value of each size x size window, `stride` apart (nil: the size); incomplete windows are dropped. What the
    /// padding adds is never the largest.
    case maxPool(size: Int, stride: Int? = nil, padding: Int = 0)
    /// The mean of each channel: [channels, height, width] to [channels, 1, 1].
    case globalAveragePool
    /// The sum of all inputs, which have one shape.
    case add
    /// [channels, height, width] to [features], channel by channel.
    case flatten

    /// The shape that comes out of one example, or nil where the layer cannot take what comes in.
    func outputShape(of shapes: [[Int]]) -> [Int]? {
        let shape = shapes[0]
        guard shapes.count == 1 || self == .add else { return nil }
        switch self {
        case .convolution(let outputs, let kernel, let stride, let padding, let groups, _):
            guard outputs >= 1, groups >= 1, outputs % groups == 0, shape[0] % groups == 0 else { return nil }
            return Self.slide(over: shape, size: kernel, stride: stride, padding: padding).map { [outputs] + $0 }
        case .linear(let outputs, _):
            return shape.count == 1 && outputs >= 1 ? [outputs] : nil
        case .batchNorm, .relu:
            return shape
        case .maxPool(let size, let stride, let padding):
            // A window that lies in the padding alone has no largest value.
            guard padding <= size / 2 else { return nil }
            return Self.slide(over: shape, size: size, stride: stride ?? size, padding: padding).map {
                [shape[0]] + $0
            }
        case .globalAveragePool:
            return shape.count == 3 ? [shape[0], 1, 1] : nil
        case .add:
            return shapes.count > 1 && shapes.allSatisfy { $0 == shape } ? shape : nil
        case .flatten:
            return [shape.reduce(1, *)]
        }
    }

    /// Height and width of what a sliding window gives, nil where none fits.
    private static func slide(over shape: [Int], size: Int, stride: Int, padding: Int) -> [Int]? {
        let sides = 1...Int(Int16.max)
        guard shape.count == 3, sides.contains(size), sides.contains(stride), (0...size).contains(padding) else {
            return nil
        }
        let room = shape[1...].map { $0 + 2 * padding - size }
        return room.allSatisfy { $0 >= 0 } ? room.map { $0 / stride + 1 } : nil
    }
}
