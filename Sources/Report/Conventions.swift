internal import Sweep

/// What the numbers of a report mean: printed wherever they are.
enum Conventions {
    struct Definition {
        let name: String
        let text: String
    }

    /// Each with the columns of `results.csv` it defines.
    static let counting = [
        Definition(
            name: "sparsity",
            text:
                "Pruned share of the dense network’s prunable weights, those of convolution and linear layers: zero by their mask, "
                + "or no longer there. Biases and normalisation parameters are never pruned alone. Figures and means use the "
                + "achieved value. Columns: sparsity, sparsity_prunable = 1 − prunable_nonzero / prunable_total."),
        Definition(
            name: "compression ratio",
            text:
                "All parameters divided by nonzero parameters; biases and normalisation parameters count on both sides. Columns: "
                + "compression_ratio, compression_ratio_all = parameters_total / parameters_nonzero. Compared with the "
                + "parameters of the network as it physically is: compression_ratio_stored = parameters_total / "
                + "parameters_stored. stored_bytes is the checkpoint file, zeros included."
        ),
        Definition(
            name: "multiply-accumulates",
            text:
                "Of convolution and linear layers, for one input; a multiplication with its addition counts as one. macs_dense: "
                + "of the dense network; macs_nonzero: with a nonzero weight; macs_structured: of the network as it physically "
                + "is, zero weights included."),
        Definition(
            name: "speed-up",
            text:
                "theoretical_speedup = macs_dense / macs_nonzero, what perfect sparse arithmetic would gain; physical_speedup = "
                + "macs_dense / macs_structured, what any hardware is spared. Neither is a measured time."),
        Definition(
            name: "training cost",
            text:
                "training_epochs, training_steps and training_operations are the task’s own stage; total_epochs adds "
                + "what it starts from. A floating-point operation is half a multiply-accumulate; a step is one forward and two "
                + "backward passes, masked weights counted as if they were there."),
        Definition(
            name: "accuracy",
            text:
                "Of the test set, read once, after the last epoch. No epoch, level or knob was chosen by it. Before retraining "
                + "only the validation split is looked at (pruned_validation_accuracy, pruned_validation_loss)."),
    ]

    static let statistics = [
        Definition(
            name: "seed",
            text:
                "Decides initialisation, validation split, data order and every random choice of a method. All methods "
                + "of a seed start from the same dense network, or from its initial weights; a level of a cascade starts "
                + "from the level before."),
        Definition(
            name: "spread",
            text: "Mean over seeds ± sample standard deviation (n − 1). In brackets the 95 % interval of the mean by "
                + "Student’s t, cut off at the ends of the possible range: 0 and 100 % for a share, ±100 points for a "
                + "difference. No mean lies beyond, so this loses no coverage. With two or three seeds the t quantile is "
                + "large (12.7 and 4.3) and so are the intervals. A single seed has none, nor have seeds that differ by nothing: accuracy is a share of "
                + "counted images, and equal counts do not show that further seeds would give the same."),
        Definition(
            name: "difference",
            text:
                "Paired: each pruned network against the dense network of its seed, in percentage points. Intervals "
                + "are not corrected for the number of comparisons."),
        Definition(
            name: "answer",
            text:
                "The sparsest point whose mean difference to dense is within the allowance; points less than 0.1 points of "
                + "sparsity apart count as equally sparse, and the one that loses least is named. It is certain where the whole "
                + "95 % interval of the difference is within. Controls do not take part. The best of many points is "
                + "partly so by luck: measure it again with other seeds before relying on it."),
        Definition(
            name: "frontier",
            text:
                "The means that no other mean matches in both sparsity and accuracy while beating it in one, controls "
                + "included. Members whose intervals overlap may change places with more seeds."),
        Definition(
            name: "failures",
            text:
                "Collapsed (a layer lost every weight) and diverged (the loss became non-finite) networks enter the means: "
                + "that is what the method led to. Infeasible levels, missed by more than half a point, and failed tasks do not. "
                + "A stored value outside its measure’s possible range, such as an accuracy above 1, is left out and counted above."
        ),
        Definition(
            name: "text in CSV files",
            text:
                "A cell or heading that is not a number and begins with = + - @, a tab or a line break has a single quote in front, so "
                + "that no spreadsheet takes it for a formula."),
    ]
}
