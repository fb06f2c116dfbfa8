internal import HeapModule
internal import Sweep

/// When to look at a lease, or at an orphan's grace, again.
struct Deadline: Comparable, Hashable, Sendable {
    var instant: Instant
    var stage: Int
    var epoch: UInt64
    static func < (a: Deadline, b: Deadline) -> Bool {
        if a.instant != b.instant { return a.instant < b.instant }
        return a.stage == b.stage ? a.epoch < b.epoch : a.stage < b.stage
    }
}

// The life of a lease.
extension Coordinator {
    mutating func grant(_ stage: Int, to name: String, at now: Instant) {
        guard var worker = workers[name] else { return }
        stages[stage].epoch += 1
        stages[stage].lastWorker = name
        stages[stage].avoided = nil
        worker.credit -= 1
        worker.leases.append(stage)
        // Its cache will hold what the stage starts from.
        for parent in stages[stage].parents { worker.remember(checkpointOf: parent) }
        workers[name] = worker
        open(stage, by: name, isStarted: false, at: now)
        persist(.leased(LeaseID(stage: stages[stage].key, epoch: stages[stage].epoch), worker: name))
        send(.lease(grant(of: stage)), to: worker.peer)
    }

    /// Renews a lease the worker says it holds, or lets it take up one that nobody else got since; false when the work
    /// should stop.
    mutating func confirm(_ status: LeaseStatus, by name: String, at now: Instant) -> Bool {
        guard let stage = stageIndex[status.lease.stage], stages[stage].epoch == status.lease.epoch else {
            return false
        }
        switch stages[stage].phase {
        case .leased(var lease):
            guard lease.worker == name else { return false }
            lease.confirmed = now
            lease.deadline = now + settings.leaseDuration
            lease.isStarted = true
            if !status.progress.isAsFar(as: lease.progress) { lease.advanced = now }
            lease.progress = status.progress
            stages[stage].phase = .leased(lease)
            return true
        case .orphaned, .ready, .waiting:
            guard stages[stage].lastWorker == name else { return false }
            workers[name]?.leases.append(stage)
            open(stage, by: name, isStarted: true, progress: status.progress, at: now)
            return true
        case .done, .failed, .unwanted:
            return false
        }
    }

    /// A lease that no heartbeat lists may never have arrived.
    mutating func sendAgain(leaseOn stage: Int, to peer: Peer, at now: Instant) {
        guard case .leased(var lease) = stages[stage].phase, now - lease.confirmed >= settings.grantTimeout else {
            return
        }
        guard stages[stage].parents.allSatisfy({ stages[$0].finished != nil }) else {
            // A parent was opened again since: a worker that did hear the lease has its inputs and may go on, nobody else.
            takeBack(stage)
            stages[stage].lastWorker = lease.worker
            return
        }
        lease.confirmed = now
        stages[stage].phase = .leased(lease)
        send(.lease(grant(of: stage)), to: peer)
    }

    /// Ends what was not renewed in time.
    mutating func expireLeases(at now: Instant) {
        while let next = deadlines.min, next.instant <= now {
            deadlines.removeMin()
            guard stages[next.stage].epoch == next.epoch else { continue }
            switch stages[next.stage].phase {
            case .leased(let lease) where lease.deadline > now:
                deadlines.insert(Deadline(instant: lease.deadline, stage: next.stage, epoch: next.epoch))
            case .leased(let lease):
                tell(.expired(LeaseID(stage: stages[next.stage].key, epoch: lease.epoch), worker: lease.worker))
                let silence = "\(settings.leaseDuration.components.seconds) s"
                lose(next.stage, "worker '\(lease.worker)' did not report on the stage for \(silence)")
                // It may only have been cut off: it takes the lease up again if it is back before anybody else has it.
                switch stages[next.stage].phase {
                case .ready, .waiting: stages[next.stage].lastWorker = lease.worker
                default: break
                }
            case .orphaned(let until) where until <= now:
                place(next.stage)
            default: break
            }
        }
    }

    /// The worker is gone; if it had begun, that counts.
    mutating func lose(_ stage: Int, _ message: String) {
        guard let lease = stages[stage].lease else { return }
        takeBack(stage)
        guard lease.isStarted else { return }
        let failure = Failure(cause: .lostWorker, message: message)
        persist(.failed(LeaseID(stage: stages[stage].key, epoch: lease.epoch), failure, worker: lease.worker))
        count(failure, against: stage)
    }

    /// Ends a lease without telling the worker; the stage can be leased again.
    mutating func takeBack(_ stage: Int) {
        if let lease = stages[stage].lease { removeLease(stage, from: lease.worker) }
        stages[stage].lastWorker = nil
        place(stage)
    }

    /// Ends a lease and tells the worker. The caller gives the stage its next phase.
    mutating func revokeLease(on stage: Int, reason: String) {
        guard let lease = stages[stage].lease else { return }
        removeLease(stage, from: lease.worker)
        stages[stage].lastWorker = nil
        guard let worker = workers[lease.worker] else { return }
        send(.revoke(LeaseID(stage: stages[stage].key, epoch: lease.epoch), reason: reason), to: worker.peer)
    }

    mutating func removeLease(_ stage: Int, from name: String) {
        workers[name]?.leases.removeAll { $0 == stage }
    }

    /// For the worker's log.
    func reasonToStop(_ lease: LeaseID) -> String {
        guard let stage = stageIndex[lease.stage] else { return "this coordinator does not know the stage" }
        switch stages[stage].phase {
        case .done: return "the stage has its result"
        case .unwanted: return "the sweep was cancelled"
        case .failed: return "the stage was given up on"
        case .leased, .orphaned, .ready, .waiting: return "the lease ran out and was given to another worker"
        }
    }

    /// Asks for a wake-up when the next deadline is sooner than the last one asked for.
    mutating func announceWake(at now: Instant) {
        guard let next = [deadlines.min?.instant, silences.min?.instant].compactMap(\.self).min() else { return }
        if let announcedWake, announcedWake > now, announcedWake <= next { return }
        announcedWake = next
        outbox.append(.wake(at: next))
    }

    // MARK: - Private

    private mutating func open(
        _ stage: Int, by name: String, isStarted: Bool, progress: Progress = Progress(), at now: Instant
    ) {
        let lease = Lease(
            worker: name, epoch: stages[stage].epoch, granted: now, confirmed: now, advanced: now,
            deadline: now + settings.leaseDuration, isStarted: isStarted, progress: progress)
        set(.leased(lease), of: stage)
        deadlines.insert(Deadline(instant: lease.deadline, stage: stage, epoch: lease.epoch))
    }

    private func grant(of stage: Int) -> Grant {
        let entry = stages[stage]
        let sweep = entry.memberships.first { !sweeps[$0.sweep].isOver } ?? entry.memberships[0]
        return Grant(
            lease: LeaseID(stage: entry.key, epoch: entry.epoch), inputs: inputs(of: stage),
            sweep: sweeps[sweep.sweep].id, label: entry.label,
            isAnew: entry.reopened.map { $0 + 1 == entry.epoch } ?? false)
    }
}
