/// The networks by name, and what images they take.
package enum NetworkCatalogue {
    /// One network.
    package struct Entry: Hashable, Sendable {
        package var name: String
        /// One line, lower case, without a full stop.
        package var summary: String
        /// Height and width in pixels below which a layer would have no output.
        package var smallestImage: Int
    }

    package static let entries: [Entry] = [
        Entry(
            name: "lenet-300-100",
            summary: "linear 300, linear 100, linear classes; 266,610 parameters on 28x28 images (LeCun et al. 1998)",
            smallestImage: 1),
        // conv 5x5, pool 2, conv 5x5, pool 2, without padding: n -> n - 4 -> (n - 4) / 2 -> ... - 4 -> ... / 2, rounded
        // down. One pixel at the end needs 2 before the last pool, 6 before the second convolution, 12 before the first
        // pool, 16 at the start.
        Entry(
            name: "lenet-5",
            summary:
                "conv 20, pool, conv 50, pool, linear 500, linear classes; 431,080 parameters on 28x28 images (Caffe)",
            smallestImage: 16),
    ]

    package static var names: [String] { entries.map(\.name) }

    /// The entry of that name.
    package static subscript(name: String) -> Entry? { entries.first { $0.name == name } }
}
