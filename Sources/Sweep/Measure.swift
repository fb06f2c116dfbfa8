/// The names under which engines report what they measured; the columns of `results.csv`.
///
/// Counts follow the conventions of Blalock et al. 2020: prunable weights are those of convolution and linear layers
/// (no biases), a multiply-accumulate counts as one.
package enum Measure: String, CaseIterable, Codable, Sendable {
    /// Test accuracy after the last epoch, 0...1. The test set is read once, after training.
    case testAccuracy = "test_accuracy"
    /// Share of test images whose class is among the five likeliest, after the last epoch, 0...1; 1 with five classes or
    /// fewer.
    case testTop5Accuracy = "test_top5_accuracy"
    /// Mean cross-entropy in nats, as every loss here.
    case testLoss = "test_loss"
    case validationAccuracy = "validation_accuracy"
    case validationLoss = "validation_loss"
    /// Validation accuracy right after pruning, before any retraining, 0...1.
    case prunedValidationAccuracy = "pruned_validation_accuracy"
    /// The loss at that moment.
    case prunedValidationLoss = "pruned_validation_loss"
    /// Pruned share of the dense network's prunable weights, 0...1: of those that are zero by their mask, and of those
    /// that a smaller network no longer has.
    case sparsity
    /// Of the dense network, biases and normalisation included.
    case parametersTotal = "parameters_total"
    /// What is left of them.
    case parametersNonzero = "parameters_nonzero"
    /// Of the network as it physically is: less than the total where channels were removed or matrices factored.
    case parametersStored = "parameters_stored"
    case prunableTotal = "prunable_total"
    case prunableNonzero = "prunable_nonzero"
    /// All parameters / nonzero parameters.
    case compressionRatio = "compression_ratio"
    /// Bytes of the checkpoint file, zeros included.
    case storedBytes = "stored_bytes"
    /// Multiply-accumulates of the dense network for one input; one counts as one.
    case macsDense = "macs_dense"
    /// Multiply-accumulates with a nonzero weight.
    case macsNonzero = "macs_nonzero"
    /// Multiply-accumulates of the network as it physically is, zero weights included.
    case macsStructured = "macs_structured"
    case trainingEpochs = "training_epochs"
    case trainingSteps = "training_steps"
    /// Epochs of the stage and of all it starts from, dense training included.
    case totalEpochs = "total_epochs"
    /// Floating-point operations of the stage's training: two a multiply-accumulate, once forward and twice backward,
    /// masked weights counted as if they were there.
    case trainingFlops = "training_flops"
    /// Wall seconds of the stage's training, without loading, pruning and evaluation.
    case trainingSeconds = "training_seconds"
    /// Of dense networks: the smallest share of prunable weights that global magnitude pruning can keep without
    /// retraining while the training loss rises by no more than a tenth, 0...1.
    case prunability
    /// Of methods with a guarantee: the relative error of the outputs that their theorem bounds, before retraining.
    case errorBound = "error_bound"
    /// Of methods with a guarantee: the error budget each layer was given to meet the level.
    case epsilon
}
