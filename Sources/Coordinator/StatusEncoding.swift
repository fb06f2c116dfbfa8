internal import Scheduling
internal import Store
internal import Sweep
internal import SwiftProtobuf
internal import Wire

// What `espalier list`, `status` and `watch` show.

/// Keeps a status within one message.
enum StatusLimit {
    static let sweeps = 1000
    static let failures = 200
    static let evidence = 4096
}

extension WireSweepSummary {
    init(_ status: Scheduling.Coordinator.SweepStatus, _ header: SweepHeader) {
        self.init()
        id = status.id.text
        name = status.name
        state = status.state.rawValue
        tasks = UInt32(clamping: status.tasks.total)
        tasksDone = UInt32(clamping: status.tasks.done)
        tasksFailed = UInt32(clamping: status.tasks.failed)
        stages = UInt32(clamping: status.stages.total)
        stagesDone = UInt32(clamping: status.stages.done)
        stagesFailed = UInt32(clamping: status.stages.failed)
        stagesRunning = UInt32(clamping: status.stages.running)
        stagesCached = UInt32(clamping: header.cached)
        submittedAt = header.submittedAt
        finishedAt = header.finishedAt
        etaSeconds = status.remaining?.inSeconds ?? 0
        obstacle = status.obstacle ?? ""
    }
}

extension WireWorkerStatus {
    init(_ status: Scheduling.Coordinator.WorkerStatus, at now: Instant) {
        self.init()
        name = status.name
        host = status.host
        slots = UInt32(clamping: status.slots)
        state = status.state.rawValue
        lastSeenSeconds = (now - status.lastSeen).inSeconds
        running = status.running.map { stage in
            .with {
                $0.stageKey = stage.lease.stage.hex
                $0.label = stage.label
                $0.epoch = stage.lease.epoch
                $0.progress = WireProgress(stage.progress)
                $0.seconds = (now - stage.since).inSeconds
                $0.silentSeconds = (now - stage.advanced).inSeconds
            }
        }
    }
}

extension WireFailedStage {
    init(_ failed: Scheduling.Coordinator.FailedStage) {
        self.init()
        stageKey = failed.key.hex
        label = failed.label
        attempts = UInt32(clamping: failed.attempts)
        cause = failed.failure.cause.rawValue
        message = failed.failure.message
        evidence = String(failed.failure.evidence.suffix(StatusLimit.evidence))
        stages = UInt32(clamping: failed.stages)
        tasks = UInt32(clamping: failed.tasks)
    }
}
