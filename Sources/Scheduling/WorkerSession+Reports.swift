import OrderedCollections
import Sweep

// A result's way from the engine to the coordinator: disk, artifacts, message, acknowledgement.
extension WorkerSession {
    /// Whatever became of the lease meanwhile, finished work is handed in: the coordinator decides what it is worth.
    mutating func finish(_ stage: StageKey, _ outcome: Outcome) {
        guard let slot = slot(of: stage), let work = slots[slot] else { return }
        slots[slot] = nil
        let result = SpooledResult(lease: work.lease, outcome: outcome)
        reports[stage] = Report(result: result, phase: .spooling)
        emit(.spool(result))
    }

    mutating func spooled(_ lease: LeaseID, at now: Instant) {
        guard let report = reports[lease.stage], report.result.lease == lease, report.phase == .spooling else { return }
        reports[lease.stage]?.phase = .held(since: now)
        offer(lease.stage, at: now)
    }

    mutating func spoolFailed(_ lease: LeaseID, message: String) {
        guard let report = reports[lease.stage], report.result.lease == lease, report.phase == .spooling else { return }
        reports.removeValue(forKey: lease.stage)
        end(lease, .failure(lease, Failure(cause: .storage, message: message)))
    }

    mutating func uploaded(_ sha256: String, at now: Instant) {
        uploadedForLeases(sha256)
        for stage in reports.keys {
            guard case .uploading(var missing) = reports[stage]?.phase, missing.remove(sha256) != nil else { continue }
            reports[stage]?.phase = .uploading(missing: missing)
            if missing.isEmpty { sendResult(stage, at: now) }
        }
    }

    mutating func transferFailed(_ sha256: String, message: String, isLost: Bool, at now: Instant) {
        transferFailedForLeases(sha256, message: message)
        for (stage, report) in reports {
            guard case .uploading(let missing) = report.phase, missing.contains(sha256) else { continue }
            reports[stage]?.phase = .held(since: now)
            // While the coordinator is away a transfer fails for its absence, not for the file's sake.
            guard isEstablished else { continue }
            reports[stage]?.failedUploads += 1
            if isLost || report.failedUploads + 1 >= settings.uploadAttempts {
                giveUp(report.result.lease, message: message)
            }
        }
    }

    /// Any verdict ends the result's stay here.
    mutating func acknowledged(_ lease: LeaseID) {
        guard let report = reports[lease.stage], report.result.lease == lease, report.phase != .spooling else { return }
        reports.removeValue(forKey: lease.stage)
        end(lease, nil)
        emit(.forget(lease))
        emit(.discardWork(lease.stage))
    }

    mutating func offerAllReports(at now: Instant) {
        for stage in reports.keys { offer(stage, at: now) }
    }

    /// Offers the artifacts again, which costs a message each where the coordinator has them, then sends the result.
    mutating func offer(_ stage: StageKey, at now: Instant) {
        guard isEstablished, let report = reports[stage], report.phase != .spooling else { return }
        var missing: Set<String> = []
        for artifact in report.result.outcome.artifacts where missing.insert(artifact.sha256).inserted {
            emit(.upload(artifact))
        }
        reports[stage]?.phase = .uploading(missing: missing)
        if missing.isEmpty { sendResult(stage, at: now) }
    }

    mutating func repeatReports(at now: Instant) {
        guard isEstablished else { return }
        for (stage, report) in reports {
            if let time = repeatTime(report), now >= time { offer(stage, at: now) }
        }
    }

    /// When the report is offered again unless something happens; nil while it is on its way.
    func repeatTime(_ report: Report) -> Instant? {
        switch report.phase {
        case .spooling, .uploading: nil
        case .held(let since), .sent(let since): since + settings.resend
        }
    }

    // MARK: - Private

    private mutating func sendResult(_ stage: StageKey, at now: Instant) {
        guard isEstablished, let report = reports[stage] else {
            reports[stage]?.phase = .held(since: now)
            return
        }
        reports[stage]?.phase = .sent(at: now)
        reports[stage]?.failedUploads = 0
        send(.result(report.result))
    }

    private mutating func giveUp(_ lease: LeaseID, message: String) {
        reports.removeValue(forKey: lease.stage)
        end(lease, .failure(lease, Failure(cause: .artifact, message: message)))
        emit(.forget(lease))
    }
}
