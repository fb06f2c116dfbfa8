extension Network {
    private typealias Builder = @Sendable (_ inputShape: [Int], _ classes: Int) throws -> Network

    private static let builders: [String: Builder] = [
        "lenet-300-100": leNet300100,
        "lenet-5": leNet5,
    ]

    /// The names of the networks that can be built, sorted.
    package static var names: [String] { builders.keys.sorted() }

    /// The network of a sweep file's name, for images of one shape (channels, height, width).
    package static func named(_ name: String, inputShape: [Int], classes: Int) throws -> Network {
        guard let builder = builders[name] else {
            throw NetworkError("unknown network '\(name)'; this engine has \(names.joined(separator: ", "))")
        }
        return try builder(inputShape, classes)
    }
}
