internal import Sweep

// How a stage changes its phase, and what follows for its sweeps, its children and the ready queue.
extension Coordinator {
    /// The one place where a phase changes: keeps the counts, the ready queue and the list of failures in step.
    mutating func set(_ phase: StageEntry.Phase, of stage: Int) {
        let old = stages[stage].phase
        stages[stage].phase = phase
        if case .ready = old { ready.remove(stage) }
        if case .ready = phase { enqueue(stage) }
        if old.standing != phase.standing {
            for membership in stages[stage].memberships where sweeps[membership.sweep].state != .finished {
                count(stage, as: old.standing, in: membership, by: -1)
                count(stage, as: phase.standing, in: membership, by: 1)
            }
        }
        if case .failed = phase { failedStages.insert(stage) } else { failedStages.remove(stage) }
    }

    /// Puts a ready stage into the queue under its present rank.
    mutating func enqueue(_ stage: Int) {
        let entry = stages[stage]
        ready.insert(stage, rank: entry.rank, stageClass: entry.stageClass, parent: entry.parents.first)
    }

    /// Adds (or takes away) a stage in one sweep's counts.
    mutating func count(
        _ stage: Int, as standing: StageEntry.Standing, in membership: StageEntry.Membership, by sign: Int
    ) {
        let sweep = membership.sweep
        touchedSweeps.insert(sweep)
        switch standing {
        case .open: break
        case .running: sweeps[sweep].stageCounts.running += sign
        case .done:
            sweeps[sweep].stageCounts.done += sign
            sweeps[sweep].taskCounts.done += sign * membership.tasks
        case .failed:
            sweeps[sweep].stageCounts.failed += sign
            sweeps[sweep].taskCounts.failed += sign * membership.tasks
        }
        if standing == .open || standing == .running {
            sweeps[sweep].unfinished[stages[stage].stageClass, default: 0] += sign
        }
    }

    /// Finds the phase of a stage that nobody holds and that has no outcome: by its sweeps and its parents.
    mutating func place(_ stage: Int) {
        guard stages[stage].memberships.contains(where: { !sweeps[$0.sweep].isOver }) else {
            return set(.unwanted, of: stage)
        }
        var isWaiting = false
        for parent in stages[stage].parents {
            if let obstacle = obstacle(from: parent) { return giveUp(stage, obstacle) }
            if stages[parent].finished == nil { isWaiting = true }
        }
        set(isWaiting ? .waiting : .ready, of: stage)
    }

    /// Why nothing can start from this stage, if so.
    private func obstacle(from parent: Int) -> Failure? {
        let entry = stages[parent]
        switch entry.phase {
        case .done(let finished) where !finished.canBeStartedFrom:
            let note = finished.note.isEmpty ? "" : ": \(finished.note)"
            return Failure(
                cause: .parent,
                message: "'\(entry.label)', which this starts from, ended as \(finished.status.rawValue)\(note)")
        case .failed(let failure) where failure.cause == .parent:
            // In a chain the first obstacle is what everything below lacks.
            return Failure(cause: .parent, message: failure.message)
        case .failed(let failure):
            return Failure(
                cause: .parent,
                message: "'\(entry.label)', which this starts from, was given up on: \(failure.message)",
                evidence: failure.evidence)
        default: return nil
        }
    }

    /// The stage is not tried again, and neither is anything that starts from it.
    mutating func giveUp(_ stage: Int, _ failure: Failure) {
        persist(.quarantined(stages[stage].key, failure))
        set(.failed(failure), of: stage)
        placeChildren(of: stage)
    }

    /// After a stage ended, or was opened again: what its children wait for, or fail for, has changed.
    mutating func placeChildren(of stage: Int) {
        for child in stages[stage].children {
            switch stages[child].phase {
            case .waiting, .ready: place(child)
            case .failed(let failure) where failure.cause == .parent:
                place(child)
                if stages[child].failure == nil { placeChildren(of: child) }
            default: break
            }
        }
    }

    /// Says so when a sweep's state changed. A sweep's state follows from its stages: one that failed runs again when a
    /// later submission opens its stages again, or when a result arrives after all.
    mutating func settleSweeps() {
        for sweep in touchedSweeps.sorted() where !sweeps[sweep].isOver {
            let counts = sweeps[sweep].stageCounts
            let state: SweepState = counts.open > 0 ? .running : counts.failed > 0 ? .failed : .finished
            if state == sweeps[sweep].state { continue }
            set(state, of: sweep)
            persist(.sweepState(sweeps[sweep].id, state))
        }
        touchedSweeps.removeAll()
    }

    mutating func set(_ state: SweepState, of sweep: Int) {
        if sweeps[sweep].state == .running { runningSweeps -= 1 }
        if state == .running { runningSweeps += 1 }
        sweeps[sweep].state = state
    }
}

extension StageEntry {
    /// How a phase counts in a sweep.
    enum Standing {
        case open, running, done, failed
    }
}

extension StageEntry.Phase {
    var standing: StageEntry.Standing {
        switch self {
        case .waiting, .ready, .unwanted: .open
        case .leased, .orphaned: .running
        case .done: .done
        case .failed: .failed
        }
    }
}
