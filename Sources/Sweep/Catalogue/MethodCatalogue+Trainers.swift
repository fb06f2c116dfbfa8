/// Methods that act while the network trains.
extension MethodCatalogue {
    static let trainers: [Entry] = [
        Entry(
            name: "str", revision: 2,
            paper: "Kusupati et al., Soft Threshold Weight Reparameterization for Learnable Sparsity, 2020",
            summary: "learns a threshold for every layer together with the weights", structure: .unstructured,
            course: .train, start: .initialisation, allocations: [],
            knobs: [
                Knob(
                    name: "lambda", summary: "weight decay of weights and thresholds", range: .closed(0, 10),
                    isInteger: false, defaultValue: 1e-4, source: "ours; authors, ResNet-50 at 90 %: 2.25e-5")
            ],
            levelKnob: Knob(
                name: "s-init", summary: "initial value of the thresholds before the sigmoid",
                range: .closed(-100_000, 10), isInteger: false, defaultValue: -3200,
                source: "authors' code, ResNet-50 at 90 %: -3200, for 100 epochs of ImageNet")),
        Entry(
            name: "halo", paper: "Seto et al., HALO: Learning to Prune Neural Networks with Shrinkage, 2021",
            summary: "learns a penalty for every weight, then removes the smallest weights", structure: .unstructured,
            course: .train, start: .initialisation,
            knobs: [
                Knob(
                    name: "xi", summary: "strength of the weights' penalty", range: .closed(0, 1000), isInteger: false,
                    defaultValue: 1e-4, source: "ours, for 10 epochs of MNIST; authors' code, VGG-16: 1e-8"),
                Knob(
                    name: "psi", summary: "strength of the penalty of the penalties", range: .closed(0, 1000),
                    isInteger: false, defaultValue: 1e-4,
                    source: "ours, for 10 epochs of MNIST; authors' code, VGG-16: 1e-8"),
            ]),
        Entry(
            name: "gradual", paper: "Zhu and Gupta, To Prune, or Not to Prune, 2017",
            summary: "removes the smallest weights little by little while the network trains",
            structure: .unstructured, course: .train, start: .initialisation,
            allocations: [.uniform, .global, .erk], knobs: ramp),
        Entry(
            name: "rigl", revision: 2, paper: "Evci et al., Rigging the Lottery: Making All Tickets Winners, 2020",
            summary: "trains a sparse network whose smallest weights give way to those with the largest gradients",
            structure: .unstructured, course: .train, start: .initialisation, allocations: [.erk, .uniform],
            knobs: [
                Knob(
                    name: "interval", summary: "steps between two updates of the masks", range: .closed(1, 1_000_000),
                    isInteger: true, defaultValue: 100, source: "authors' code: 100"),
                Knob(
                    name: "drop", summary: "share of the weights exchanged at first", range: .closed(0, 1),
                    isInteger: false, defaultValue: 0.3, source: "paper, section 3: alpha = 0.3"),
                Knob(
                    name: "end", summary: "share of the training after which the masks stay", range: .closed(0, 1),
                    isInteger: false, defaultValue: 0.75, source: "paper, section 4.1: 25,000 of 32,000 steps"),
            ]),
        Entry(
            name: "movement", paper: "Sanh et al., Movement Pruning: Adaptive Sparsity by Fine-Tuning, 2020",
            summary: "removes, while fine-tuning, the weights that move towards zero", structure: .unstructured,
            course: .train, allocations: [.global, .uniform],
            knobs: ramp),
        Entry(
            name: "slimming", revision: 2,
            paper: "Liu et al., Learning Efficient Convolutional Networks through Network Slimming, 2017",
            summary: "trains with a penalty on channel scales, then removes the channels with the smallest ones",
            structure: .channel, course: .trainPruneRetrain, start: .initialisation, allocations: [.global, .uniform],
            knobs: [
                Knob(
                    name: "penalty", summary: "strength of the penalty", range: .closed(0, 10), isInteger: false,
                    defaultValue: 1e-4, source: "paper, section 4.2: 1e-4 for VGG-19")
            ]),
    ]

    /// When the cubic ramp of sparsities runs.
    private static let ramp = [
        Knob(
            name: "begin", summary: "share of the training after which pruning begins", range: .below(1, from: 0),
            isInteger: false, defaultValue: 0.1, source: "ours; Gale et al. 2019, ResNet-50: 0.3"),
        Knob(
            name: "end", summary: "share of the training at which the level is reached", range: .above(0, upTo: 1),
            isInteger: false, defaultValue: 0.7, source: "ours; Gale et al. 2019, ResNet-50: 0.6 to 0.8"),
        Knob(
            name: "interval", summary: "steps between two prunings", range: .closed(1, 1_000_000), isInteger: true,
            defaultValue: 100, source: "paper, section 3: 100 to 1000"),
    ]
}
