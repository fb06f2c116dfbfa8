/// The names under which engines report what they measured; the columns of `results.csv`.
///
/// Counts follow the conventions of Blalock et al. 2020: prunable weights are those of convolution and linear layers
/// (no biases), a multiply-accumulate counts as one.
package enum Measure: String, CaseIterable, Codable, Sendable {
    /// Test accuracy after the last epoch, 0...1. The test set is read once, after training.
    case testAccuracy = "test_accuracy"
    /// Share of test images whose class is among the five likeliest, 0...1; 1 with five classes or fewer.
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
    /// Of the dense network: weights, biases, scales and shifts; running moments are not counted.
    case parametersTotal = "parameters_total"
    /// Of the network as it physically is: less than the total where channels were removed or matrices factored.
    case parametersStored = "parameters_stored"
    case parametersNonzero = "parameters_nonzero"
    /// Of the dense network.
    case prunableTotal = "prunable_total"
    case prunableNonzero = "prunable_nonzero"
    /// All parameters of the dense network / nonzero parameters.
    case compressionRatio = "compression_ratio"
    /// Multiply-accumulates of the dense network for one input.
    case macsDense = "macs_dense"
    /// Multiply-accumulates of the network as it physically is, zero weights included.
    case macsStructured = "macs_structured"
    /// Multiply-accumulates with a nonzero weight.
    case macsNonzero = "macs_nonzero"
    /// Bytes of the checkpoint file, zeros included.
    case storedBytes = "stored_bytes"
    case trainingEpochs = "training_epochs"
    /// With those of the stages it starts from.
    case totalEpochs = "total_epochs"
    case trainingSteps = "training_steps"
    /// Floating-point operations of the stage's training steps: 6 for every multiply-accumulate of the network as it
    /// physically is (2 forward, 4 backward), masked weights included.
    case trainingOperations = "training_operations"
    /// Dense networks: the smallest share of weights that global magnitude pruning can keep without raising the training
    /// loss by more than a tenth, 0...1 (Kuhn et al. 2021).
    case prunability
    /// What a provable method guarantees for the relative error of its layers; see the method.
    case errorBound = "error_bound"
}
