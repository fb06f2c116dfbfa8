extension Measure {
    /// What the values of a measure can be.
    enum Bounds {
        /// Part of a whole, 0...1.
        case share
        /// A whole number, 0 or more.
        case count
        case atLeast(Double)
        case anyNumber

        /// What is expected, as the end of a sentence.
        var text: String {
            switch self {
            case .share: "a number from 0 to 1"
            case .count: "a whole number, 0 or more"
            case .atLeast(let least): "\(least.plain) or more"
            case .anyNumber: "any number"
            }
        }

        /// The value with its rounding error set right; nil where more than rounding is wrong with it.
        func settled(_ value: Double) -> Double? {
            switch self {
            case .share:
                return value >= -Self.rounding && value <= 1 + Self.rounding ? min(max(value, 0), 1) : nil
            case .count:
                let whole = value.rounded()
                return whole >= 0 && abs(value - whole) <= Self.rounding * max(1, whole) ? whole : nil
            case .atLeast(let least):
                return value >= least - Self.rounding ? max(value, least) : nil
            case .anyNumber: return value
            }
        }

        /// Without the condition that a count is whole.
        var range: NumberRange {
            switch self {
            case .share: .closed(0, 1)
            case .count: .closed(0, Check.largestNumber)
            case .atLeast(let least): .closed(least, Check.largestNumber)
            case .anyNumber: .closed(-Check.largestNumber, Check.largestNumber)
            }
        }

        private static let rounding = 1e-9
    }

    /// The values that the measure can have.
    package var range: NumberRange { bounds.range }

    /// Whether the value can be one of this measure; a rounding error is forgiven.
    package func allows(_ value: Double) -> Bool {
        value.magnitude <= Check.largestNumber && bounds.settled(value) != nil
    }

    var bounds: Bounds {
        switch self {
        case .testAccuracy, .testTop5Accuracy, .validationAccuracy, .prunedValidationAccuracy, .sparsity, .prunability:
            .share
        case .parametersTotal, .parametersStored, .parametersNonzero, .prunableTotal, .prunableNonzero, .storedBytes,
            .trainingSteps:
            .count
        case .compressionRatio: .atLeast(1)
        case .macsDense, .macsStructured, .macsNonzero, .trainingEpochs, .totalEpochs, .trainingOperations: .atLeast(0)
        case .testLoss, .validationLoss, .prunedValidationLoss, .errorBound: .anyNumber
        }
    }

    /// Pairs of which the first cannot be more than the second.
    static let ordered: [(part: Measure, whole: Measure)] = [
        (.parametersNonzero, .parametersTotal), (.prunableTotal, .parametersTotal),
        (.prunableNonzero, .prunableTotal), (.prunableNonzero, .parametersNonzero), (.testAccuracy, .testTop5Accuracy),
    ]
}
