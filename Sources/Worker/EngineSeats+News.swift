internal import Logging
internal import Scheduling
internal import Sweep

// What the engine processes said, and how they ended.
extension EngineSeats {
    /// What a process's news mean for the session; nil when they mean nothing.
    func take(_ news: News) -> WorkerEvent? {
        let identity = ObjectIdentifier(news.process)
        if case .started(let pid) = news.content {
            pids[identity] = pid
            leftovers.remember(pid: pid)
            return nil
        }
        if case .ended = news.content, let pid = pids.removeValue(forKey: identity) { leftovers.forget(pid: pid) }
        guard let seat = seats[news.slot], seat.process === news.process else { return nil }
        switch news.content {
        case .started: return nil
        case .ended(let exit, let oomKills): return end(of: seat, exit, oomKills: oomKills, slot: news.slot)
        case .said(.passedOver(let sentence)):
            logger.warning("passed over an engine's line", metadata: ["worker.reason": "\(sentence)"])
            return nil
        case .said(.complaint(let sentence)):
            // The stage fails when the process has ended and its stderr is complete.
            if seat.work == nil {
                logger.warning("ended an engine", metadata: ["worker.reason": "\(sentence)"])
                seats[news.slot] = nil
            } else if seat.complaint == nil {
                seats[news.slot]?.complaint = sentence
            }
            seat.process.kill()
            return nil
        case .said(.report(let stage, let report)):
            guard seat.work?.job.stage == stage, seat.complaint == nil else { return nil }
            if report.isLast { seats[news.slot]?.work = nil }
            return event(of: report, stage: stage, process: seat.process)
        }
    }

    private func event(of report: EngineReport, stage: StageKey, process: EngineProcess) -> WorkerEvent {
        switch report {
        case .progress(let progress): return .progress(stage, progress)
        case .finished(let outcome): return .finished(stage, outcome)
        case .stopped(let resume, let step): return .stopped(stage, resume: resume, step: step)
        case .failed(var failure):
            failure.evidence = Check.plain(process.stderr, .max, keepsLines: true)
            return .failed(stage, failure)
        }
    }

    private func end(of seat: Seat, _ exit: EngineExit, oomKills: UInt64, slot: Int) -> WorkerEvent? {
        seats[slot] = nil
        guard let work = seat.work else { return nil }
        if seat.complaint == nil, !seat.wasKilled, seat.reader.isBetweenStages {
            // It ended with the stage before. This one is not to blame, and gets a process of its own.
            give(work.request, work.job, to: self.seat(for: seat.process.launch, in: slot), in: slot)
            return nil
        }
        let stderr = Check.plain(seat.process.stderr, .max, keepsLines: true)
        var failure = exit.failure(program: seat.process.program, oomKills: oomKills, stderr: stderr)
        if let complaint = seat.complaint {
            failure = Failure(cause: .engineCrash, message: complaint, evidence: failure.evidence)
        }
        return .failed(work.job.stage, failure)
    }
}
