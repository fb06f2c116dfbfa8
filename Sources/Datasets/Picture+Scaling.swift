extension Picture {
    /// The picture scaled until it just covers the shape, its middle cut out: channel by channel, row by row.
    ///
    /// Bilinear; where the picture shrinks the filter widens with it, so that no pixel is skipped.
    func covering(height: Int, width: Int) -> [UInt8] {
        let scale = min(Double(self.height) / Double(height), Double(self.width) / Double(width))
        let rows = Self.taps(height, from: self.height, scale)
        let columns = Self.taps(width, from: self.width, scale)
        // First along the rows, for the rows that are used; then down the columns.
        let used = (rows.first?.start ?? 0)..<(rows.last.map { $0.start + $0.weights.count } ?? 0)
        var narrow = [Float](repeating: 0, count: used.count * width * channels)
        for row in used {
            for (x, tap) in columns.enumerated() {
                for channel in 0..<channels {
                    var sum: Float = 0
                    var index = (row * self.width + tap.start) * channels + channel
                    for weight in tap.weights {
                        sum += weight * Float(pixels[index])
                        index += channels
                    }
                    narrow[((row - used.lowerBound) * width + x) * channels + channel] = sum
                }
            }
        }
        var planes = [UInt8](repeating: 0, count: channels * height * width)
        for (y, tap) in rows.enumerated() {
            for x in 0..<width {
                for channel in 0..<channels {
                    var sum: Float = 0
                    var index = ((tap.start - used.lowerBound) * width + x) * channels + channel
                    for weight in tap.weights {
                        sum += weight * narrow[index]
                        index += width * channels
                    }
                    planes[(channel * height + y) * width + x] = UInt8(min(max(sum.rounded(), 0), 255))
                }
            }
        }
        return planes
    }

    /// For each pixel of the result along one side: the first pixel it is made of, and the share of each from there on.
    private static func taps(_ count: Int, from source: Int, _ scale: Double) -> [(start: Int, weights: [Float])] {
        let offset = (Double(source) - Double(count) * scale) / 2
        let support = max(scale, 1)
        return (0..<count).map { index in
            let centre = offset + (Double(index) + 0.5) * scale
            let start = max(0, Int((centre - support).rounded(.down)))
            let end = max(start + 1, min(source, Int((centre + support).rounded(.up))))
            let weights = (start..<end).map { max(0, 1 - abs(Double($0) + 0.5 - centre) / support) }
            let sum = weights.reduce(0, +)
            return (start, weights.map { Float($0 / sum) })
        }
    }
}
