internal import Sweep

/// Images of any shape without files: each class has a pattern of squares in common, and every image noise of its own.
///
/// For tests and timings. A pattern is at most 4x4 squares of one grey level in each channel, so that networks that see
/// only the whole can tell classes apart as well as those that see every pixel.
enum SyntheticImages {
    static let testImages = 500

    private static let squares = 4
    /// Grey levels that noise moves a pixel by, up or down, at most.
    private static let noise = 48

    static func read(
        _ description: DatasetDescription, trainingImages: Int?
    ) throws -> (training: RawImages, test: RawImages) {
        guard let trainingImages, 1...10_000_000 ~= trainingImages else {
            throw DatasetError("a synthetic data set has 1 to 10000000 training images; write them as training-images")
        }
        try RawImages.checkFit(trainingImages + testImages + description.classes, description.image)
        let patterns = patterns(description)
        return (
            images(trainingImages, "training", description, patterns), images(testImages, "test", description, patterns)
        )
    }

    /// For each class, the grey levels of all pixels.
    private static func patterns(_ description: DatasetDescription) -> [[UInt8]] {
        let (channels, height, width) = (description.image[0], description.image[1], description.image[2])
        return (0..<description.classes).map { label in
            var stream = RandomStream(seed: 0, purpose: "synthetic", detail: "class \(label)")
            let levels = (0..<channels * squares * squares).map { _ in UInt8(64 + stream.integer(below: 128)) }
            var pattern: [UInt8] = []
            for channel in 0..<channels {
                for y in 0..<height {
                    for x in 0..<width {
                        let square = y * squares / height * squares + x * squares / width
                        pattern.append(levels[channel * squares * squares + square])
                    }
                }
            }
            return pattern
        }
    }

    private static func images(
        _ count: Int, _ part: String, _ description: DatasetDescription, _ patterns: [[UInt8]]
    ) -> RawImages {
        var stream = RandomStream(seed: 0, purpose: "synthetic", detail: part)
        var images = RawImages(shape: description.image, pixels: [], labels: [])
        images.pixels.reserveCapacity(count * description.image.reduce(1, *))
        for index in 0..<count {
            let label = index % description.classes
            for start in stride(from: 0, to: patterns[label].count, by: 8) {
                // Eight bytes of one draw: 0...255 becomes -48...48.
                var bits = stream.bits()
                for level in patterns[label][start..<min(start + 8, patterns[label].count)] {
                    images.pixels.append(UInt8(Int(level) - noise + (Int(bits & 0xFF) * (2 * noise + 1)) >> 8))
                    bits >>= 8
                }
            }
            images.labels.append(Int64(label))
        }
        return images
    }
}
