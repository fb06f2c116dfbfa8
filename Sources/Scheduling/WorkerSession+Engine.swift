import Sweep

// What engines say about the stages that hold a slot, and what follows when they say nothing.
extension WorkerSession {
    mutating func killStubbornEngines(at now: Instant) {
        for (slot, work) in slots.enumerated() {
            guard case .stopping(let revoked, let since, killed: false) = work?.phase,
                now >= since + settings.stopLimit
            else { continue }
            slots[slot]?.phase = .stopping(revoked: revoked, since: since, killed: true)
            emit(.killEngine(slot: slot))
        }
    }

    /// An engine that says nothing for too long hangs, as far as anybody can tell.
    mutating func endStalledEngines(at now: Instant) {
        for (slot, work) in slots.enumerated() {
            guard case .running(let heard, let silence) = work?.phase, now >= heard + silence else { continue }
            slots[slot]?.phase = .stalled(silence: silence)
            emit(.killEngine(slot: slot))
        }
    }

    /// Else one that always stops would be asked again for ever.
    mutating func blameEnginesThatLeftOff(at now: Instant) {
        for (slot, work) in slots.enumerated() {
            guard let work, case .leftOff(_, _, let since) = work.phase, now >= since + settings.leftOffLimit else {
                continue
            }
            let message = "the engine stopped in mid-stage although nobody asked it to; correct the engine"
            slots[slot] = nil
            end(work.lease, .failure(work.lease, Failure(cause: .engineCrash, message: message)))
        }
    }

    // MARK: - What it says

    mutating func update(_ stage: StageKey, _ progress: Progress, at now: Instant) {
        guard let slot = slot(of: stage) else { return }
        slots[slot]?.progress = progress
        if case .running = slots[slot]?.phase {
            slots[slot]?.phase = .running(heard: now, silence: settings.stallLimit)
        }
    }

    mutating func fail(_ stage: StageKey, _ failure: Failure, at now: Instant) {
        guard let slot = slot(of: stage), let work = slots[slot] else { return }
        switch work.phase {
        case .stopping:
            // An engine that does not checkpoint on request, and ends instead, has stopped all the same.
            stopped(stage, resume: nil, step: 0, at: now)
        case .stalled(let silence):
            let message =
                "the engine was silent for \(Int(silence.inSeconds)) s and was ended; if its stages may be silent for longer, "
                + "say so with --stall-after, or let it report progress"
            slots[slot] = nil
            let stall = Failure(cause: .engineCrash, message: message, evidence: failure.evidence)
            end(work.lease, .failure(work.lease, stall))
        case .fetching, .running, .leftOff, .releasing:
            slots[slot] = nil
            end(work.lease, .failure(work.lease, failure))
        }
    }

    /// The engine ended early: because it was asked to, or because the machine told it (SIGTERM to every process).
    mutating func stopped(_ stage: StageKey, resume: ArtifactReference?, step: UInt64, at now: Instant) {
        guard let slot = slot(of: stage), let work = slots[slot] else { return }
        switch work.phase {
        case .stopping(revoked: true, _, _):
            slots[slot] = nil
            end(work.lease, nil)
            emit(.discardWork(stage))
        case .running where !isDraining: slots[slot]?.phase = .leftOff(resume, step: step, since: now)
        default: handBack(slot, resume: resume, step: step)
        }
    }

    /// Releases the lease, with its checkpoint where there is one.
    mutating func handBack(_ slot: Int, resume: ArtifactReference?, step: UInt64) {
        guard let work = slots[slot] else { return }
        if let resume, isEstablished {
            slots[slot]?.phase = .releasing(resume, step: step)
            emit(.upload(resume))
        } else {
            // The work directory keeps the checkpoint for the case that the stage comes back to this machine.
            slots[slot] = nil
            end(work.lease, .release(work.lease, resume: nil, step: step))
        }
    }
}
