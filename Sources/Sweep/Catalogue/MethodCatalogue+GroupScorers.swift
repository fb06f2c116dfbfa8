/// Methods that score whole channels: the network shrinks.
extension MethodCatalogue {
    static let groupScorers: [Entry] =
        [
            Entry(
                name: "filter-l1", revision: 2,
                paper: "Li et al., Pruning Filters for Efficient ConvNets, 2017",
                summary: "removes the filters and neurons with the smallest sum of absolute weights",
                structure: .channel,
                allocations: [.uniform, .global]),
            Entry(
                name: "filter-random", paper: "control; Mittal et al., Recovering from Random Pruning, 2018",
                summary: "removes filters and neurons at random: the floor every structured method must beat",
                structure: .channel, allocations: [.uniform, .global]),
            Entry(
                name: "fpgm", revision: 2,
                paper:
                    "He et al., Filter Pruning via Geometric Median for Deep Convolutional Neural Networks Acceleration, 2019",
                summary: "removes the filters and neurons nearest to the geometric median of their layer",
                structure: .channel, allocations: [.uniform, .global]),
            Entry(
                name: "thinet", paper: "Luo et al., ThiNet: A Filter Level Pruning Method, 2017",
                summary: "removes, one after another, the channels whose loss the next layer notices least",
                structure: .channel, allocations: [.uniform],
                knobs: [
                    Knob(
                        name: "samples", summary: "output positions of the next layer the error is measured at",
                        range: .closed(10, 100_000), isInteger: true, defaultValue: 1000, source: "ours")
                ], needsData: true),
        ] + pfp

    private static let pfp: [Entry] = [
        ("pfp", "keeps the filters with the largest sensitivities, as many of each layer as one error bound allows"),
        ("pfp-random", "samples filters by sensitivity under one error bound and rescales what is drawn"),
        ("pfp-top", "keeps the most sensitive filters and samples the rest"),
    ].map { name, summary in
        Entry(
            name: name, paper: "Liebenwein, Baykal et al., Provable Filter Pruning for Efficient Neural Networks, 2020",
            summary: summary, structure: .channel, allocations: [], knobs: [sensitivityBatch, failureProbability],
            needsData: true)
    }
}
