internal import Sweep
internal import Wire

extension WireOutcome {
    /// The message of an outcome whose one artifact lies at a path.
    init(_ outcome: Outcome, checkpoint path: String) {
        self.init(outcome)
        artifacts = outcome.artifacts.map { WireArtifact($0, path: path) }
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
