package import Sweep

/// The pruning methods of this engine, by the names of `MethodCatalogue`.
package enum Methods {
    private static let methods: [String: @Sendable () -> Method] = [
        "dense": { Method(Magnitude()) },
        "random": { Method(RandomPruning()) },
        "random-layer-matched": { Method(LayerMatchedRandom()) },
        "magnitude-global": { Method(Magnitude()) },
        "magnitude-layer": { Method(Magnitude()) },
        "lottery-ticket": { Method(Magnitude()) },
        "snip": { Method(SNIP()) },
        "grasp": { Method(GraSP()) },
        "synflow": { Method(SynFlow()) },
        "nnrelief": { Method(NNrelief()) },
        "filter-l1": { Method(FilterNorm()) },
        "filter-random": { Method(RandomFilters()) },
        "fpgm": { Method(FPGM()) },
        "thinet": { Method(ThiNet()) },
        "pfp": { Method(PFP(.deterministic)) },
        "pfp-random": { Method(PFP(.random)) },
        "pfp-top": { Method(PFP(.top)) },
        "slimming": { Method(Slimming()) },
        "str": { Method(STR()) },
        "halo": { Method(scorer: Magnitude(), trainer: Halo()) },
        "gradual": { Method(Gradual(Magnitude())) },
        "rigl": { Method(RigL()) },
        "movement": { Method(Movement()) },
        "sipp": { Method(SiPP(.deterministic)) },
        "sipp-random": { Method(SiPP(.random)) },
        "sipp-hybrid": { Method(SiPP(.hybrid)) },
        "noiseout": { Method(NoiseOut(.gaussian)) },
        "noiseout-binomial": { Method(NoiseOut(.binomial)) },
        "noiseout-constant": { Method(NoiseOut(.constant)) },
        "noiseout-none": { Method(NoiseOut(.none)) },
        "trp": { Method(TRP()) },
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
