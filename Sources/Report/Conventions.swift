internal import Sweep

/// What the numbers of a report mean: printed wherever they are.
enum Conventions {
    struct Definition {
        let name: String
        let text: String
    }

    static let counting = [
        Definition(
            name: "sparsity",
            text:
                "Pruned share of the prunable weights, those of convolution and linear layers, counted from the masks. "
                + "Biases and normalisation parameters are never pruned. Figures and means use the achieved value."),
        Definition(
            name: "compression ratio",
            text:
                "All parameters divided by nonzero parameters; biases and normalisation parameters count on both sides."
        ),
        Definition(
            name: "multiply-accumulates",
            text: "For one input; a multiplication with its addition counts as one, and only nonzero weights count. "
                + "The theoretical speed-up is dense divided by nonzero; it is not a measured one."),
        Definition(
            name: "accuracy",
            text: "Of the test set, read once, after the last epoch. No epoch, level or knob was chosen by it."),
    ]

    static let statistics = [
        Definition(
            name: "seed",
            text:
                "Decides initialisation, validation split, data order and every random choice of a method. All methods "
                + "of a seed start from the same dense network."),
        Definition(
            name: "spread",
            text: "Mean over seeds ± sample standard deviation (n − 1). In brackets the 95 % interval of the mean by "
                + "Student’s t; none for a single seed."),
        Definition(
            name: "difference",
            text:
                "Paired: each pruned network against the dense network it started from, in percentage points. Intervals "
                + "are not corrected for the number of comparisons."),
        Definition(
            name: "frontier",
            text:
                "The means that no other mean matches in both sparsity and accuracy while beating it in one, controls "
                + "included. Members whose intervals overlap may change places with more seeds."),
        Definition(
            name: "failures",
            text:
                "Collapsed (a layer lost every weight) and diverged (the loss became non-finite) networks enter the means: "
                + "that is what the method led to. Infeasible levels, missed by more than half a point, and failed tasks do not."
        ),
    ]
}
