internal import Foundation
internal import Logging
internal import Scheduling
internal import Sweep

/// The coordinator's log of what happened to workers, stages and sweeps: one line per decision, said once it is durable.
struct Timeline {
    /// A decision that is worth a line.
    enum Entry {
        case record(Scheduling.Record)
        case news(News)
    }

    let logger: Logger

    /// - Parameter core: For the names of stages and the counts of sweeps.
    func tell(_ entry: Entry, _ core: Scheduling.Coordinator, at now: Instant) {
        switch entry {
        case .record(let record): tell(record, core, at: now)
        case .news(let news): tell(news, core)
        }
    }

    private func tell(_ record: Scheduling.Record, _ core: Scheduling.Coordinator, at now: Instant) {
        switch record {
        case .submitted(let sweep, let plan):
            logger.info(
                "sweep submitted",
                metadata: [
                    "sweep.id": "\(sweep)", "sweep.tasks": "\(plan.tasks.count)",
                    "sweep.stages": "\(plan.stages.count)",
                    "sweep.cached": "\(core.sweepStatus(sweep, at: now)?.stages.cached ?? 0)",
                ])
        case .sweepState(let sweep, let state): tell(sweep, state, core.sweepStatus(sweep, at: now))
        case .leased(let lease, let worker): logger.info("lease granted", metadata: core.fields(lease, worker))
        case .result(let lease, let outcome, let worker):
            let result: Logger.Metadata = [
                "stage.seconds": "\(String(format: "%.1f", outcome.seconds))",
                "stage.status": "\(outcome.status.rawValue)",
            ]
            logger.info("stage done", metadata: core.fields(lease, worker).merging(result) { $1 })
        case .failed(let lease, let failure, let worker):
            logger.warning("stage failed", metadata: core.fields(lease, worker).merging(fields(failure)) { $1 })
        case .quarantined(let stage, let failure):
            // What lacks a parent follows from the parent's line.
            logger.log(
                level: failure.cause == .parent ? .debug : .error, "stage given up on",
                metadata: fields(failure).merging(["stage.label": "\(core.label(of: stage))"]) { $1 })
        case .reopened(let lease):
            logger.info(
                "stage open again",
                metadata: ["stage.label": "\(core.label(of: lease.stage))", "stage.key": "\(lease.stage)"])
        case .replica(let lease, _, let worker):
            logger.info("late result kept beside", metadata: core.fields(lease, worker))
        case .coordinatorEpoch, .resume: break
        }
    }

    private func tell(_ sweep: SweepID, _ state: SweepState, _ status: Scheduling.Coordinator.SweepStatus?) {
        var fields: Logger.Metadata = ["sweep.id": "\(sweep)"]
        if let tasks = status?.tasks {
            fields["sweep.tasks"] = "\(tasks.total)"
            fields["sweep.tasks_done"] = "\(tasks.done)"
            fields["sweep.tasks_failed"] = "\(tasks.failed)"
        }
        switch state {
        case .running: logger.info("sweep running again", metadata: fields)
        case .finished: logger.info("sweep finished", metadata: fields)
        case .failed: logger.error("sweep failed", metadata: fields)
        case .cancelled: logger.info("sweep cancelled", metadata: fields)
        }
    }

    private func tell(_ news: News, _ core: Scheduling.Coordinator) {
        switch news {
        case .joined(let worker, let host, let slots):
            logger.info(
                "worker joined",
                metadata: ["worker.name": "\(worker)", "worker.host": "\(host)", "worker.slots": "\(slots)"])
        case .returned(let worker): logger.info("worker is back", metadata: ["worker.name": "\(worker)"])
        case .draining(let worker): logger.info("worker draining", metadata: ["worker.name": "\(worker)"])
        case .left(let worker, 0): logger.info("worker left", metadata: ["worker.name": "\(worker)"])
        case .left(let worker, let abandoned):
            logger.warning(
                "worker left before it handed its stages back",
                metadata: ["worker.name": "\(worker)", "worker.stages": "\(abandoned)"])
        case .lost(let worker, let reason):
            logger.warning("worker lost", metadata: ["worker.name": "\(worker)", "worker.reason": "\(reason)"])
        case .turnedAway(let worker, let host, let reason):
            logger.warning(
                "worker turned away",
                metadata: ["worker.name": "\(worker)", "worker.host": "\(host)", "worker.reason": "\(reason)"])
        case .expired(let lease, let worker): logger.warning("lease expired", metadata: core.fields(lease, worker))
        case .released(let lease, let worker, let hasCheckpoint):
            logger.info(
                hasCheckpoint ? "stage handed back with a checkpoint" : "stage handed back",
                metadata: core.fields(lease, worker))
        }
    }

    private func fields(_ failure: Failure) -> Logger.Metadata {
        ["failure.cause": "\(failure.cause.rawValue)", "failure.message": "\(failure.message)"]
    }
}

extension Scheduling.Coordinator {
    fileprivate func fields(_ lease: LeaseID, _ worker: String) -> Logger.Metadata {
        [
            "stage.label": "\(label(of: lease.stage))", "stage.key": "\(lease.stage)", "lease.epoch": "\(lease.epoch)",
            "worker.name": "\(worker)",
        ]
    }
}
