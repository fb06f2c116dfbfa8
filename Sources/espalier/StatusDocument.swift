internal import Wire

/// The JSON of `espalier status`.
struct StatusDocument: Encodable {
    struct Worker: Encodable {
        struct Stage: Encodable {
            let key, label, phase: String
            /// The lease's number.
            let fence: UInt64
            let step, totalSteps: UInt64
            /// Since the lease, and since the engine last got further.
            let seconds, silentSeconds: Double
        }
        let name, host, state: String
        let slots: Int
        let lastSeenSeconds: Double
        let running: [Stage]
    }
    struct Failure: Encodable {
        let stage, label, cause, message, evidence: String
        /// `stages` failed for this reason, `stage` first; `tasks` have no result for it.
        let attempts, stages, tasks: Int
    }
    /// Nil where no coordinator runs.
    let version: String?
    let uptimeSeconds: Double?
    /// Of the coordinator, or of the last one where none runs.
    let incarnation: UInt64
    let sweeps: [SweepLine]
    let workers: [Worker]
    let failures: [Failure]

    init(_ status: WireStatus) {
        version = status.hasCoordinator ? status.version : nil
        uptimeSeconds = status.hasCoordinator ? status.uptimeSeconds : nil
        incarnation = status.coordinatorEpoch
        sweeps = status.sweeps.map(SweepLine.init)
        workers = status.workers.map { worker in
            Worker(
                name: worker.name, host: worker.host, state: worker.state, slots: Int(worker.slots),
                lastSeenSeconds: worker.lastSeenSeconds,
                running: worker.running.map {
                    .init(
                        key: $0.stageKey, label: $0.label, phase: $0.progress.phase, fence: $0.epoch,
                        step: $0.progress.step, totalSteps: $0.progress.totalSteps, seconds: $0.seconds,
                        silentSeconds: $0.silentSeconds)
                })
        }
        failures = status.failures.map {
            Failure(
                stage: $0.stageKey, label: $0.label, cause: $0.cause, message: $0.message, evidence: $0.evidence,
                attempts: Int($0.attempts), stages: Int($0.stages), tasks: Int($0.tasks))
        }
    }
}
