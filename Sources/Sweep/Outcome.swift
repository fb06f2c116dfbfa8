/// A file by content.
package struct ArtifactReference: Hashable, Sendable, Codable {
    package var role: String
    /// 64 hexadecimal digits.
    package var sha256: String
    package var size: UInt64
    package init(role: String, sha256: String, size: UInt64) {
        self.role = role
        self.sha256 = sha256
        self.size = size
    }
}

/// What a finished stage produced: from the engine to the report.
package struct Outcome: Hashable, Sendable, Codable {
    /// Anything but `ok` is a result too, not an error to retry.
    package enum Status: String, Sendable, Codable, CaseIterable {
        case ok
        /// A layer lost every weight.
        case collapsed
        /// The requested sparsity could not be met within half a point.
        case infeasible
        /// The loss became non-finite.
        case diverged
    }
    /// Weights left in one parameter.
    package struct Layer: Hashable, Sendable, Codable {
        package var parameter: String
        package var total: UInt64
        package var nonzero: UInt64
        package init(parameter: String, total: UInt64, nonzero: UInt64) {
            self.parameter = parameter
            self.total = total
            self.nonzero = nonzero
        }
    }
    /// One line of the learning curve.
    package struct EpochRecord: Hashable, Sendable, Codable {
        /// "training" or "fine-tuning".
        package var phase: String
        package var epoch: Int
        package var learningRate: Double
        package var trainingLoss: Double
        package var validationLoss: Double
        package var validationAccuracy: Double
        package init(
            phase: String, epoch: Int, learningRate: Double, trainingLoss: Double, validationLoss: Double,
            validationAccuracy: Double
        ) {
            self.phase = phase
            self.epoch = epoch
            self.learningRate = learningRate
            self.trainingLoss = trainingLoss
            self.validationLoss = validationLoss
            self.validationAccuracy = validationAccuracy
        }
    }
    package var status: Status
    /// One sentence when the status is not `ok`.
    package var note: String
    /// By the names of ``Measure``; an engine of the user's own may add others.
    package var measures: [String: Double]
    /// The checkpoint, under the role "checkpoint".
    package var artifacts: [ArtifactReference]
    package var layers: [Layer]
    package var epochs: [EpochRecord]
    /// Wall seconds the engine spent.
    package var seconds: Double
    /// Processor, threads and libtorch version, as the engine names them.
    package var environment: String
    package init(
        status: Status = .ok, note: String = "", measures: [String: Double] = [:], artifacts: [ArtifactReference] = [],
        layers: [Layer] = [], epochs: [EpochRecord] = [], seconds: Double = 0, environment: String = ""
    ) {
        self.status = status
        self.note = note
        self.measures = measures
        self.artifacts = artifacts
        self.layers = layers
        self.epochs = epochs
        self.seconds = seconds
        self.environment = environment
    }
}
