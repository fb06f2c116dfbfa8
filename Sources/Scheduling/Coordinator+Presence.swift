internal import HeapModule

/// When to look whether a worker was heard of since.
struct Silence: Comparable, Hashable, Sendable {
    var instant: Instant
    var worker: String
    var session: String
    static func < (a: Silence, b: Silence) -> Bool {
        if a.instant != b.instant { return a.instant < b.instant }
        return a.worker == b.worker ? a.session < b.session : a.worker < b.worker
    }
}

// Who is there, who was, and who was not heard of for too long.
extension Coordinator {
    /// Workers that left and are still named by ``workerStatuses(at:)``.
    private static let rememberedDepartures = 32

    func isLost(_ worker: WorkerEntry, at now: Instant) -> Bool { now - worker.lastSeen >= settings.leaseDuration }

    /// Says so when a worker was not heard of for a lease's duration. Its leases run out by themselves.
    mutating func noticeSilence(at now: Instant) {
        while let next = silences.min, next.instant <= now {
            silences.removeMin()
            guard let worker = workers[next.worker], worker.description.session == next.session else { continue }
            if isLost(worker, at: now) {
                let silence = settings.leaseDuration.components.seconds
                tell(.lost(worker: next.worker, reason: "it was not heard of for \(silence) s"))
            } else {
                watch(worker)
            }
        }
    }

    /// A sign of life. Returns whether the worker had been taken for lost.
    @discardableResult
    mutating func heard(from name: String, at now: Instant) -> Bool {
        guard var worker = workers[name] else { return false }
        let wasLost = isLost(worker, at: now)
        worker.lastSeen = now
        workers[name] = worker
        if wasLost { watch(worker) }
        return wasLost
    }

    mutating func watch(_ worker: WorkerEntry) {
        silences.insert(
            Silence(
                instant: worker.lastSeen + settings.leaseDuration, worker: worker.description.name,
                session: worker.description.session))
    }

    /// The worker is gone and is remembered as that.
    mutating func remember(departureOf worker: WorkerEntry, as state: WorkerStatus.State, at now: Instant) {
        departed.removeAll { $0.name == worker.description.name }
        departed = departed.suffix(Self.rememberedDepartures - 1)
        departed.append(
            WorkerStatus(
                name: worker.description.name, host: worker.description.host, slots: worker.description.slots,
                state: state, lastSeen: now, running: []))
    }
}
