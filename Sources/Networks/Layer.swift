/// The kinds of layer a network is made of. Input channels and features follow from the graph.
package enum Layer: Sendable, Hashable {
    /// Square kernel, with bias; weight [outputs, inputs, kernel, kernel].
    case convolution(outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0)
    /// With bias; weight [outputs, inputs].
    case linear(outputs: Int)
    /// max(x, 0).
    case relu
    /// Largest value of each size x size window; windows do not overlap, incomplete ones are dropped.
    case maxPool(size: Int)
    /// The sum of all inputs, which have one shape.
    case add
    /// [channels, height, width] to [features], channel by channel.
    case flatten

    /// The shape that comes out of one example, or nil where the layer cannot take what comes in.
    func outputShape(of shapes: [[Int]]) -> [Int]? {
        let shape = shapes[0]
        switch self {
        case .convolution(let outputs, let kernel, let stride, let padding):
            guard shapes.count == 1, shape.count == 3 else { return nil }
            let spatial = shape[1...].map { $0 + 2 * padding - kernel }
            guard spatial.allSatisfy({ $0 >= 0 }) else { return nil }
            return [outputs] + spatial.map { $0 / stride + 1 }
        case .linear(let outputs):
            return shapes.count == 1 && shape.count == 1 ? [outputs] : nil
        case .relu:
            return shapes.count == 1 ? shape : nil
        case .maxPool(let size):
            guard shapes.count == 1, shape.count == 3, shape[1] >= size, shape[2] >= size else { return nil }
            return [shape[0], shape[1] / size, shape[2] / size]
        case .add:
            return shapes.count > 1 && shapes.allSatisfy { $0 == shape } ? shape : nil
        case .flatten:
            return shapes.count == 1 ? [shape.reduce(1, *)] : nil
        }
    }
}
