/// Methods that score single weights or connections, and the controls they are measured against.
extension MethodCatalogue {
    static let controls: [Entry] = [
        Entry(
            name: "dense", paper: "control; Liu et al., Rethinking the Value of Network Pruning, 2019",
            summary: "removes nothing and trains as long as the pruned networks do", structure: .unstructured,
            allocations: []),
        Entry(
            name: "random", revision: 2,
            paper: "control; Blalock et al., What is the State of Neural Network Pruning?, 2020",
            summary: "removes weights at random over the whole network: the floor every method must beat",
            structure: .unstructured),
        Entry(
            name: "random-layer-matched",
            paper:
                "control; Frankle et al., Pruning Neural Networks at Initialization: Why Are We Missing the Mark?, 2021",
            summary: "removes at random as many weights of every layer as magnitude-global does",
            structure: .unstructured, allocations: [.global]),
    ]

    static let scorers: [Entry] =
        [
            Entry(
                name: "magnitude-global",
                paper: "Han et al., Learning both Weights and Connections for Efficient Neural Networks, 2015",
                summary: "removes the smallest weights of the whole network", structure: .unstructured),
            Entry(
                name: "magnitude-layer",
                paper: "Han et al., Learning both Weights and Connections for Efficient Neural Networks, 2015",
                summary: "removes the same share of smallest weights in every layer", structure: .unstructured,
                allocations: [.uniform, .erk]),
            Entry(
                name: "lottery-ticket",
                paper: "Frankle and Carbin, The Lottery Ticket Hypothesis, 2019",
                summary: "removes the smallest weights round by round, each time going back to the initial ones",
                structure: .unstructured, iterations: 5, retrainMode: .weightRewinding),
            Entry(
                name: "snip",
                paper: "Lee et al., SNIP: Single-shot Network Pruning based on Connection Sensitivity, 2019",
                summary: "removes, before training, the weights whose removal changes the loss least",
                structure: .unstructured, start: .initialisation, knobs: [perClass], needsData: true),
            Entry(
                name: "grasp",
                paper: "Wang et al., Picking Winning Tickets before Training by Preserving Gradient Flow, 2020",
                summary: "removes, before training, the weights whose removal harms the gradient flow least",
                structure: .unstructured, start: .initialisation,
                knobs: [
                    perClass,
                    Knob(
                        name: "temperature", summary: "the logits are divided by it", range: .above(0, upTo: 100_000),
                        isInteger: false, defaultValue: 200, source: "authors' code: 200"),
                ], needsData: true),
            Entry(
                name: "synflow",
                paper:
                    "Tanaka et al., Pruning Neural Networks without Any Data by Iteratively Conserving Synaptic Flow, 2020",
                summary: "removes, before training and without data, the weights that carry the least synaptic flow",
                structure: .unstructured, start: .initialisation,
                knobs: [
                    Knob(
                        name: "rounds", summary: "rounds of scoring and removing", range: .closed(1, 10_000),
                        isInteger: true, defaultValue: 100, source: "paper, section 7: 100")
                ]),
            Entry(
                name: "nnrelief",
                paper: "Dekhovich et al., Neural network relief: a pruning algorithm based on neural activity, 2021",
                summary: "removes the connections that contribute least to each neuron's input over training images",
                structure: .connection, allocations: [],
                knobs: [
                    Knob(
                        name: "batch",
                        summary: "training images the contributions are averaged over, all of them if fewer",
                        range: .closed(1, 1_000_000), isInteger: true, defaultValue: 1000,
                        source: "authors' code: 1000 for MNIST and CIFAR-10"),
                    Knob(
                        name: "conv-ratio", summary: "1 - alpha of convolutions, in multiples of that of linear layers",
                        range: .above(0, upTo: 100), isInteger: false, defaultValue: 1,
                        source: "authors' code: 1 for VGG; 2 for LeNet-5, 5 for ResNets"),
                ],
                levelKnob: Knob(
                    name: "alpha", summary: "share of every neuron's incoming contribution to keep, in every iteration",
                    range: .above(0, upTo: 1), isInteger: false, defaultValue: 0.95,
                    source: "authors' code: 0.95 for linear layers"),
                needsData: true),
        ] + sipp

    private static let sipp: [Entry] = [
        ("sipp", nil, "keeps the weights with the largest empirical sensitivity", []),
        (
            "sipp-random", nil, "samples weights by empirical sensitivity and rescales what is drawn",
            [failureProbability]
        ),
        (
            "sipp-hybrid", 2, "picks or samples each neuron's weights, whichever has the smaller error bound",
            [failureProbability]
        ),
    ].map { name, revision, summary, knobs in
        Entry(
            name: name, revision: revision,
            paper:
                "Baykal et al., SiPPing Neural Networks: Sensitivity-informed Provable Pruning of Neural Networks, 2022",
            summary: summary, structure: .unstructured, allocations: [.global],
            knobs: [sensitivityBatch] + knobs, needsData: true)
    }

    /// Images of each class the gradients are taken over.
    private static let perClass = Knob(
        name: "per-class", summary: "training images of each class the gradients are taken over",
        range: .closed(1, 100_000), isInteger: true, defaultValue: 10, source: "Tanaka et al.'s code: 10")

    static let sensitivityBatch = Knob(
        name: "batch", summary: "training images the sensitivities are taken over, all of them if fewer",
        range: .closed(1, 1_000_000), isInteger: true, defaultValue: 256,
        source: "ours; the authors' size follows from delta and is capped by their validation split")

    static let failureProbability = Knob(
        name: "delta", summary: "probability with which the bound may fail", range: .above(0, upTo: 0.5),
        isInteger: false, defaultValue: 1e-12, source: "authors' code: 1e-12 for LeNet-300-100")
}
