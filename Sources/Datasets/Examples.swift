internal import Sweep
package import Torch

/// How stored bytes become network inputs: (byte / scale - mean) / deviation.
package struct Normalization: Sendable, Hashable {
    /// The byte that means 1.
    let scale: Double
    let mean: Double
    let deviation: Double
}

/// Labelled images in memory, one byte a value; normalised batch by batch.
package struct Examples {
    /// uint8 [count, channels, height, width].
    private let images: Tensor
    /// int64 [count].
    private let labels: Tensor
    private let normalization: Normalization
    package let count: Int

    init(_ raw: RawImages, normalization: Normalization) throws {
        count = raw.labels.count
        images = try Tensor(raw.pixels, shape: [count] + raw.shape)
        labels = try Tensor(raw.labels, shape: [count])
        self.normalization = normalization
    }

    /// The images and labels at the given positions (int64): float32 [batch, channels, height, width], int64 [batch].
    package func batch(_ positions: Tensor) throws -> (inputs: Tensor, labels: Tensor) {
        let factor = 1 / (normalization.scale * normalization.deviation)
        let inputs = try images.indexSelect(positions).to(.float32)
        try inputs.multiplyInPlace(factor)
        try inputs.addInPlace(-normalization.mean / normalization.deviation)
        return (inputs, try labels.indexSelect(positions))
    }
}

extension Examples {
    /// Random bytes and labels, for timing.
    package static func synthetic(count: Int, shape: [Int], classes: Int) throws -> Examples {
        var stream = RandomStream(seed: 0, purpose: "synthetic")
        let pixels = (0..<count * shape.reduce(1, *)).map { _ in UInt8(truncatingIfNeeded: stream.bits()) }
        let labels = (0..<count).map { Int64($0 % classes) }
        return try Examples(
            RawImages(shape: shape, pixels: pixels, labels: labels),
            normalization: Normalization(scale: 255, mean: 0.5, deviation: 0.3))
    }
}
