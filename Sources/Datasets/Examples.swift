internal import Sweep
package import Torch

/// Labelled images in memory, one byte per value; normalised batch by batch.
package struct Examples {
    /// uint8 [count, channels, height, width].
    private let images: Tensor
    /// int64 [count].
    package let labels: Tensor
    private let table: [Float]
    package let count: Int

    init(_ raw: RawImages, normalization: Normalization) throws {
        count = raw.labels.count
        images = try Tensor(raw.pixels, shape: [count] + raw.shape)
        labels = try Tensor(raw.labels, shape: [count])
        table = normalization.table
    }

    /// The images and labels at the given positions (int64): float32 [batch, channels, height, width], int64 [batch].
    ///
    /// - Parameter draws: The epoch's random variations; `nil` leaves the images as they are.
    package func batch(
        _ positions: Tensor, augmenting draws: AugmentationDraws? = nil
    ) throws -> (inputs: Tensor, labels: Tensor) {
        let (height, width) = (images.shape[2], images.shape[3])
        let windows = try draws.map { draws in
            try positions.toArray(of: Int64.self).map {
                draws.window(position: Int($0), height: height, width: width)
            }
        }
        let inputs = try images.assemblingPictures(at: positions, windows: windows, table: table)
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
            normalization: Normalization(
                scale: 255, mean: Array(repeating: 0.5, count: shape[0]),
                deviation: Array(repeating: 0.3, count: shape[0])))
    }
}
