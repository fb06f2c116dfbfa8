/// How stored bytes become network inputs: (byte / scale - mean) / deviation, with a mean and a deviation per channel.
package struct Normalization: Sendable, Hashable {
    /// The byte that means 1.
    let scale: Double
    let mean: [Double]
    let deviation: [Double]

    /// What each of the 256 bytes becomes, channel after channel.
    var table: [Float] {
        zip(mean, deviation).flatMap { mean, deviation in
            (0..<256).map { Float((Double($0) / scale - mean) / deviation) }
        }
    }
}
