import OrderedCollections
import Sweep

// Leaving: in order when there is time, at once when there is none.
extension WorkerSession {
    /// Takes no more leases, lets the engines checkpoint, hands the leases back. Asked twice, it leaves at once.
    mutating func drain(reason: String, at now: Instant) {
        guard !isDraining else { return leaveUndrained() }
        drainEnd = now + settings.drainLimit
        drainReason = reason
        for (slot, work) in slots.enumerated() {
            guard let work else { continue }
            switch work.phase {
            case .fetching:
                slots[slot] = nil
                end(work.lease, .release(work.lease, resume: nil, step: 0))
            case .running: stop(slot, revoked: false, at: now)
            case .leftOff(let resume, let step, _): handBack(slot, resume: resume, step: step)
            case .stopping, .stalled, .releasing: break
            }
        }
        if isEstablished { sendHeartbeat(at: now) }
    }

    /// Nothing under way and nothing to hand in; results nobody listens for stay in the spool.
    mutating func leaveIfDrained() {
        guard isDraining, !hasExited, slots.allSatisfy({ $0 == nil }), reports.isEmpty || !isEstablished else { return }
        if reports.values.contains(where: { $0.phase == .spooling }) { return }
        leave(
            code: 0,
            reports.isEmpty
                ? "left in order; everything was handed in or handed back"
                : "left in order; results not handed in: \(reports.count), in the spool for the next start")
    }

    mutating func leaveUndrained() {
        let stages = slots.count { $0 != nil }
        leave(
            code: stages == 0 ? 0 : 1,
            stages == 0
                ? "left at once; results not handed in: \(reports.count), in the spool for the next start"
                : "left before the stages under way (\(stages)) could be handed back; the coordinator gives them to another "
                    + "worker when their leases run out")
    }

    mutating func leave(code: Int32, _ sentence: String) {
        guard !hasExited else { return }
        if isEstablished { send(.bye(reason: isDraining ? drainReason : sentence)) }
        hasExited = true
        emit(.exit(code: code, sentence))
    }
}
