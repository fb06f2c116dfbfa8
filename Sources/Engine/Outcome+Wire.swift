internal import Sweep
internal import SwiftProtobuf
internal import Wire

extension WireOutcome {
    /// The message of an outcome; `checkpoint` says where the artifact of that role lies.
    init(_ outcome: Outcome, checkpoint path: String) {
        self.init()
        measures = outcome.measures
        artifacts = outcome.artifacts.map { WireArtifact($0, path: path) }
        layers = outcome.layers.map { layer in
            .with {
                $0.parameter = layer.parameter
                $0.total = layer.total
                $0.nonzero = layer.nonzero
            }
        }
        status = outcome.status.rawValue
        note = outcome.note
        seconds = outcome.seconds
        epochs = outcome.epochs.map { epoch in
            .with {
                $0.phase = epoch.phase
                $0.epoch = UInt32(epoch.epoch)
                $0.learningRate = epoch.learningRate
                $0.trainingLoss = epoch.trainingLoss
                $0.validationLoss = epoch.validationLoss
                $0.validationAccuracy = epoch.validationAccuracy
            }
        }
        environment = outcome.environment
    }
}

extension WireArtifact {
    init(_ reference: ArtifactReference, path: String) {
        self.init()
        role = reference.role
        sha256 = reference.sha256
        size = reference.size
        self.path = path
    }
}

extension EngineError.Cause {
    var wire: WireFailureCause {
        switch self {
        case .invalidStage: .invalidStage
        case .artifact: .artifact
        case .storage: .storage
        case .outOfMemory: .outOfMemory
        case .crash: .engineCrash
        }
    }
}
