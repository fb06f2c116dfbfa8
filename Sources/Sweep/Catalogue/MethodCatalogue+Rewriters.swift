/// Methods that turn the network into a smaller one.
extension MethodCatalogue {
    static let rewriters: [Entry] =
        noiseout + [
            Entry(
                name: "trp", paper: "Xu et al., TRP: Trained Rank Pruning for Efficient Deep Neural Networks, 2020",
                summary: "keeps the weight matrices near low rank while the network trains, then factors them",
                structure: .rank, course: .trainPruneRetrain, start: .initialisation, allocations: [],
                knobs: [
                    Knob(
                        name: "period", summary: "steps between two truncations", range: .closed(1, 1_000_000),
                        isInteger: true, defaultValue: 20, source: "paper, section 3.1: 20"),
                    Knob(
                        name: "nuclear", summary: "strength of the nuclear norm's penalty", range: .closed(0, 10),
                        isInteger: false, defaultValue: 3e-4, source: "authors' code: 3e-4"),
                    Knob(
                        name: "energy", summary: "share of the squared singular values kept by a truncation",
                        range: .above(0, upTo: 1), isInteger: false, defaultValue: 0.9, source: "authors' code: 0.9"),
                ],
                levelKnob: Knob(
                    name: "rank-energy", summary: "share of the squared singular values the factored network keeps",
                    range: .above(0, upTo: 1), isInteger: false, defaultValue: 0.85, source: "authors' code: 0.85"))
        ]

    private static let noiseout: [Entry] = [
        ("noiseout", "while gaussian noise outputs raise correlations"),
        ("noiseout-binomial", "while binomial noise outputs raise correlations"),
        ("noiseout-constant", "while noise outputs with constant targets raise correlations"),
        ("noiseout-none", "without noise outputs"),
    ].map { name, noise in
        Entry(
            name: name,
            paper: "Babaeizadeh et al., NoiseOut: A Simple Way to Prune Neural Networks, 2016",
            summary: "folds neurons into those they correlate with, \(noise)",
            structure: .channel, allocations: [], iterations: 5,
            knobs: (name == "noiseout-none" ? [] : noiseKnobs) + [
                Knob(
                    name: "batch", summary: "training images the correlations are measured on",
                    range: .closed(2, 1_000_000), isInteger: true, defaultValue: 2000, source: "ours")
            ],
            levelKnob: Knob(
                name: "accuracy-floor", summary: "training accuracy that folding must not go below before retraining",
                range: .above(0, upTo: 1), isInteger: false, defaultValue: 0.97,
                source: "ours: the paper keeps the original"),
            needsData: true)
    }

    private static let noiseKnobs = [
        Knob(
            name: "noise-outputs", summary: "outputs with random targets", range: .closed(0, 100_000), isInteger: true,
            defaultValue: 512, source: "paper: 512"),
        Knob(
            name: "noise-weight", summary: "weight of the noise outputs' mean squared error in the loss",
            range: .closed(0, 1_000_000), isInteger: false, defaultValue: 0.1, source: "ours"),
    ]
}
