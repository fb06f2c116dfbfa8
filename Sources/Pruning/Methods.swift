package import Sweep

/// The pruning methods of this engine, by the names of `MethodCatalogue`.
package enum Methods {
    private static let methods: [String: @Sendable () -> Method] = [
        "dense": { Method(Magnitude()) },
        "random": { Method(RandomPruning()) },
        "magnitude-global": { Method(Magnitude()) },
        "magnitude-layer": { Method(Magnitude()) },
        "lottery-ticket": { Method(Magnitude()) },
        "nnrelief": { Method(NNrelief()) },
        "str": { Method(STR()) },
        "halo": { Method(scorer: Magnitude(), trainer: Halo()) },
        "gradual": { Method(Gradual(Magnitude())) },
        "rigl": { Method(RigL()) },
        "movement": { Method(Movement()) },
    ]

    package static var names: [String] { methods.keys.sorted() }

    /// The method of a stage; throws a sentence with the known names.
    ///
    /// A gradual schedule makes a trainer of a scorer.
    package static func method(of pruning: Pruning) throws -> Method {
        guard let make = methods[pruning.method] else {
            throw PruningError("unknown method '\(pruning.method)'; this engine has \(names.joined(separator: ", "))")
        }
        let method = make()
        guard pruning.schedule == .gradual, method.trainer == nil else { return method }
        guard let scorer = method.scorer, scorer.scope == .weight else {
            throw PruningError(
                "a gradual schedule removes single weights by a score, and \(pruning.method) does not; use another schedule"
            )
        }
        return Method(Gradual(scorer))
    }
}
