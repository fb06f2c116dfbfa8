/// Labelled images as their file holds them: one byte a value.
struct RawImages {
    /// Channels, height, width.
    var shape: [Int]
    /// `labels.count` images one after another, each channel by channel, row by row.
    var pixels: [UInt8]
    var labels: [Int64]

    /// The images at the given positions.
    func selecting(_ isChosen: (Int) -> Bool) -> RawImages {
        let size = shape.reduce(1, *)
        var chosen = RawImages(shape: shape, pixels: [], labels: [])
        for index in labels.indices where isChosen(index) {
            chosen.pixels += pixels[index * size..<(index + 1) * size]
            chosen.labels.append(labels[index])
        }
        return chosen
    }
}
