extension Measure {
    /// The values that the measure can have.
    package var range: NumberRange {
        switch self {
        case .testAccuracy, .testTop5Accuracy, .validationAccuracy, .prunedValidationAccuracy, .sparsity, .prunability:
            .closed(0, 1)
        case .testLoss, .validationLoss, .prunedValidationLoss: .anyNumber
        // More operations than a double counts one by one are ordinary.
        case .errorBound, .trainingOperations: .closed(0, .greatestFiniteMagnitude)
        case .compressionRatio: .above(0, upTo: 0x1p53)
        case .parametersTotal, .parametersStored, .parametersNonzero, .prunableTotal, .prunableNonzero, .macsDense,
            .macsStructured, .macsNonzero, .storedBytes, .trainingEpochs, .totalEpochs, .trainingSteps:
            .closed(0, 0x1p53)
        }
    }

    /// Whether the value can be one of this measure; an excess of up to 5e-10 is taken for a rounding error.
    package func allows(_ value: Double) -> Bool {
        range.contains(value) || range.contains((value * 1e9).rounded() / 1e9)
    }
}
