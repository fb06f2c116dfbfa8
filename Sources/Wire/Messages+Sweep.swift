package import Sweep
internal import SwiftProtobuf

// The values of a sweep as messages. Reading them back is each receiver's own: what it refuses depends on whom it trusts.

extension WireArtifact {
    /// - Parameter path: Where the file lies, between engine and worker; empty on the network.
    package init(_ reference: ArtifactReference, path: String = "") {
        self.init()
        role = reference.role
        sha256 = reference.sha256
        size = reference.size
        self.path = path
    }
}

extension WireOutcome {
    /// The artifacts without paths.
    package init(_ outcome: Outcome) {
        self.init()
        status = outcome.status.rawValue
        note = outcome.note
        measures = outcome.measures
        artifacts = outcome.artifacts.map { WireArtifact($0) }
        layers = outcome.layers.map { layer in
            .with {
                $0.parameter = layer.parameter
                $0.total = layer.total
                $0.nonzero = layer.nonzero
            }
        }
        epochs = outcome.epochs.map { epoch in
            .with {
                $0.phase = epoch.phase
                $0.epoch = UInt32(clamping: epoch.epoch)
                $0.learningRate = epoch.learningRate
                $0.trainingLoss = epoch.trainingLoss
                $0.validationLoss = epoch.validationLoss
                $0.validationAccuracy = epoch.validationAccuracy
            }
        }
        seconds = outcome.seconds
        environment = outcome.environment
    }
}
