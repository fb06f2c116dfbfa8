import OrderedCollections
import Sweep

// What happens to the stages that hold a slot.
extension WorkerSession {
    /// A lease, perhaps heard before, perhaps out of date.
    mutating func lease(_ assignment: Assignment, at now: Instant) {
        let lease = assignment.lease
        if let slot = slot(of: lease.stage) {
            // The same work under a newer number goes on under that number. Work that is being stopped cannot: the
            // coordinator asks again when no heartbeat lists the lease.
            if let work = slots[slot], work.phase.isWanted, lease.epoch > work.lease.epoch {
                slots[slot]?.assignment.lease = lease
            }
        } else if reports[lease.stage] != nil {
            offer(lease.stage, at: now)
        } else if let ending = endings[lease.stage], lease.epoch <= ending.lease.epoch {
            if lease == ending.lease { tell(ending) }
        } else if let slot = freeSlot {
            begin(assignment, in: slot, at: now)
        } else {
            end(lease, .release(lease, resume: nil, step: 0))
        }
    }

    mutating func revoke(_ lease: LeaseID, at now: Instant) {
        guard let slot = slot(of: lease.stage), let work = slots[slot], work.lease.epoch <= lease.epoch else { return }
        switch work.phase {
        case .fetching, .leftOff, .releasing:
            end(work.lease, nil)
            slots[slot] = nil
            emit(.discardWork(lease.stage))
        case .running:
            stop(slot, revoked: true, at: now)
        case .stopping(_, let since, let killed):
            slots[slot]?.phase = .stopping(revoked: true, since: since, killed: killed)
        case .stalled:
            slots[slot]?.phase = .stopping(revoked: true, since: now, killed: true)
        }
    }

    /// Asks the engine of a slot to checkpoint and stop.
    mutating func stop(_ slot: Int, revoked: Bool, at now: Instant) {
        slots[slot]?.phase = .stopping(revoked: revoked, since: now, killed: false)
        emit(.stopEngine(slot: slot))
    }

    // MARK: - From the artifact transfers

    mutating func fetched(_ sha256: String, at now: Instant) {
        for (slot, work) in slots.enumerated() {
            guard let work, case .fetching(var missing) = work.phase, missing.remove(sha256) != nil else { continue }
            slots[slot]?.phase = .fetching(missing: missing)
            if missing.isEmpty { run(slot, at: now) }
        }
    }

    /// Leases waiting for this file fail; a release goes without its checkpoint.
    mutating func transferFailedForLeases(_ sha256: String, message: String) {
        for (slot, work) in slots.enumerated() {
            guard let work else { continue }
            switch work.phase {
            case .fetching(let missing) where missing.contains(sha256):
                slots[slot] = nil
                end(work.lease, .failure(work.lease, Failure(cause: .artifact, message: message)))
            case .releasing(let resume, let step) where resume.sha256 == sha256:
                slots[slot] = nil
                end(work.lease, .release(work.lease, resume: nil, step: step))
            default: break
            }
        }
    }

    mutating func uploadedForLeases(_ sha256: String) {
        for (slot, work) in slots.enumerated() {
            guard let work, case .releasing(let resume, let step) = work.phase, resume.sha256 == sha256 else {
                continue
            }
            slots[slot] = nil
            end(work.lease, .release(work.lease, resume: resume, step: step))
        }
    }

    // MARK: - Endings

    /// Remembers how a lease ended, and says so when anybody listens.
    mutating func end(_ lease: LeaseID, _ message: WorkerMessage?) {
        endings.removeValue(forKey: lease.stage)
        let ending = Ending(lease: lease, message: message, isDelivered: isEstablished)
        endings[lease.stage] = ending
        if endings.count > Self.rememberedEndings { endings.removeFirst() }
        tell(ending)
    }

    mutating func sendUndeliveredEndings() {
        for ending in endings.values where !ending.isDelivered {
            endings[ending.lease.stage]?.isDelivered = true
            tell(ending)
        }
    }

    // MARK: - Private

    private var freeSlot: Int? { isDraining ? nil : slots.firstIndex { $0 == nil } }

    private mutating func tell(_ ending: Ending) {
        guard isEstablished, let message = ending.message else { return }
        send(message)
    }

    private mutating func begin(_ assignment: Assignment, in slot: Int, at now: Instant) {
        let missing = Set(assignment.inputs.map(\.sha256))
        let underWay = slots.compactMap { work -> Set<String>? in
            if case .fetching(let missing) = work?.phase { missing } else { nil }
        }
        announcedCredit = max(announcedCredit - 1, 0)
        if assignment.isAnew { emit(.discardWork(assignment.lease.stage)) }
        slots[slot] = Work(assignment: assignment, phase: .fetching(missing: missing))
        slots[slot]?.progress.phase = "fetching"
        if missing.isEmpty { return run(slot, at: now) }
        var asked: Set<String> = []
        for input in assignment.inputs where !underWay.contains(where: { $0.contains(input.sha256) }) {
            if asked.insert(input.sha256).inserted { emit(.fetch(input)) }
        }
    }

    private mutating func run(_ slot: Int, at now: Instant) {
        guard let work = slots[slot] else { return }
        slots[slot]?.phase = .running(heard: now, silence: settings.silentStartLimit)
        slots[slot]?.progress.phase = "starting"
        emit(.startEngine(slot: slot, work.assignment))
    }
}

extension WorkerSession.Work.Phase {
    /// Whether the stage is still meant to be finished here.
    var isWanted: Bool {
        switch self {
        case .fetching, .running: true
        case .stopping, .stalled, .leftOff, .releasing: false
        }
    }
}
