/// The names under which engines report what they measured; the columns of `results.csv`.
///
/// Counts follow the conventions of Blalock et al. 2020: prunable weights are those of convolution and linear layers
/// (no biases), a multiply-accumulate counts as one.
package enum Measure: String, CaseIterable, Codable, Sendable {
    /// Test accuracy after the last epoch, 0...1. The test set is read once, after training.
    case testAccuracy = "test_accuracy"
    case testLoss = "test_loss"
    case validationAccuracy = "validation_accuracy"
    case validationLoss = "validation_loss"
    /// Validation accuracy right after pruning, before any retraining, 0...1.
    case prunedValidationAccuracy = "pruned_validation_accuracy"
    /// Pruned share of the prunable weights, 0...1, as counted from the masks.
    case sparsity
    case parametersTotal = "parameters_total"
    case parametersNonzero = "parameters_nonzero"
    case prunableTotal = "prunable_total"
    case prunableNonzero = "prunable_nonzero"
    /// All parameters / nonzero parameters.
    case compressionRatio = "compression_ratio"
    case macsDense = "macs_dense"
    /// Multiply-accumulates with a nonzero weight.
    case macsNonzero = "macs_nonzero"
    case trainingEpochs = "training_epochs"
    case trainingSteps = "training_steps"
}
