/// The pruning methods of this engine, by the names of `MethodCatalogue`.
package enum Methods {
    private static let scorers: [String: any Scorer] = [
        "random": RandomPruning(),
        "magnitude-global": Magnitude(scope: .global),
        "magnitude-layer": Magnitude(scope: .layer),
        "nnrelief": NNrelief(),
    ]

    package static var names: [String] { scorers.keys.sorted() }

    /// The method of a name; throws a sentence with the known names.
    package static func scorer(named name: String) throws -> any Scorer {
        guard let scorer = scorers[name] else {
            throw PruningError("unknown method '\(name)'; this engine has \(names.joined(separator: ", "))")
        }
        return scorer
    }
}
