internal import Artifacts
internal import Files
internal import Logging
internal import Scheduling
internal import Store
internal import Sweep
internal import ZeroMQ

/// What the loops of one coordinator share.
struct CoordinatorParts: Sendable {
    let directory: StateDirectory
    let lock: FileLock
    let keypair: CurveKeypair
    let keys: KeyRing
    let store: Store
    let artifacts: ArtifactStore
    let pages: ResultPages
    let settings: Scheduling.Coordinator.Settings
    let controlEndpoint: String
    let artifactEndpoint: String
    let version: String
    let logger: Logger
}
