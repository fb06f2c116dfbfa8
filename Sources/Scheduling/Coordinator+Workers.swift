internal import Sweep

// What workers say about themselves.
extension Coordinator {
    /// A worker introduces itself: new, reconnected, or started again.
    mutating func hello(
        _ description: WorkerDescription, running: [LeaseStatus], from peer: Peer, at now: Instant
    ) {
        let name = description.name
        if let known = workers[name], known.description.session != description.session {
            let isSilent = now - known.lastSeen > settings.heartbeatInterval * 2
            guard isSilent || known.peer == peer else { return refuse(description, besides: known, peer) }
            // The session before is gone: a new process does not know what it ran.
            if !isLost(known, at: now) { tell(.lost(worker: name, reason: "it was started again")) }
            for stage in known.leases { lose(stage, "worker '\(name)' was started again") }
            forget(name)
        }
        if let other = peers[peer], other != name { forgetConnection(of: other, at: now) }
        let isKnown = workers[name] != nil
        heard(from: name, at: now)
        if var worker = workers[name] {
            peers[worker.peer] = nil
            worker.description = description
            worker.peer = peer
            worker.end = description.remaining.map { now + $0 }
            worker.credit = 0
            workers[name] = worker
        } else {
            let worker = WorkerEntry(
                description: description, peer: peer, capability: index(of: Capability(description)), lastSeen: now,
                end: description.remaining.map { now + $0 })
            workers[name] = worker
            watch(worker)
            departed.removeAll { $0.name == name }
        }
        peers[peer] = name
        tell(
            isKnown
                ? .returned(worker: name)
                : .joined(worker: name, host: description.host, slots: description.slots))
        let dropped = running.filter { !confirm($0, by: name, at: now) }.map(\.lease)
        send(.helloOK(coordinatorEpoch: epoch, dropped: dropped), to: peer)
    }

    /// A sign of life: renews the leases it lists, brings credit, and shows what the worker did not hear.
    mutating func heartbeat(credit: Int, running: [LeaseStatus], draining: Bool, from peer: Peer, at now: Instant) {
        guard let name = worker(at: peer, now) else { return }
        send(.heartbeatAck(coordinatorEpoch: epoch), to: peer)
        var listed: Set<Int> = []
        for status in running {
            if confirm(status, by: name, at: now) {
                if let stage = stageIndex[status.lease.stage] { listed.insert(stage) }
            } else {
                send(.revoke(status.lease, reason: reasonToStop(status.lease)), to: peer)
            }
        }
        var underWay = 0
        for stage in workers[name]?.leases ?? [] where !listed.contains(stage) {
            underWay += 1
            sendAgain(leaseOn: stage, to: peer, at: now)
        }
        guard var worker = workers[name] else { return }
        if draining, !worker.isDraining { tell(.draining(worker: name)) }
        worker.isDraining = draining
        // What was sent and not yet heard will take up some of it.
        worker.credit = draining ? 0 : max(0, min(credit, worker.description.slots) - underWay)
        workers[name] = worker
        queueIfIdle(name)
    }

    /// The worker leaves in order: what it did not hand back starts again elsewhere, and nobody is to blame.
    mutating func bye(from peer: Peer, at now: Instant) {
        guard let name = peers[peer], let worker = workers[name] else { return }
        tell(.left(worker: name, abandoned: worker.leases.count))
        for stage in worker.leases { takeBack(stage) }
        forget(name)
        remember(departureOf: worker, as: .left, at: now)
    }

    /// The worker's key counts no longer.
    mutating func revoke(worker name: String, at now: Instant) {
        guard let worker = workers[name] else { return }
        for stage in worker.leases { takeBack(stage) }
        forget(name)
        remember(departureOf: worker, as: .revoked, at: now)
        let message = "the key of worker '\(name)' was revoked; ask the operator for a new one"
        send(.refused(Refusal(reason: .revoked, message: message)), to: worker.peer)
    }

    /// The worker that speaks on this connection, now seen; one that never said hello here is asked to.
    mutating func worker(at peer: Peer, _ now: Instant) -> String? {
        guard let name = peers[peer] else {
            send(.helloAgain, to: peer)
            return nil
        }
        if heard(from: name, at: now) { tell(.returned(worker: name)) }
        return name
    }

    /// Whether leases may be sent to the worker now. One that missed heartbeats is left alone until the next.
    func isAvailable(_ worker: WorkerEntry, at now: Instant) -> Bool {
        if worker.credit == 0 || now - worker.lastSeen > settings.heartbeatInterval * 2 { return false }
        if let end = worker.end, end <= now + settings.wallTimeMargin { return false }
        return worker.passedOver.map { $0 <= now } ?? true
    }

    mutating func queueIfIdle(_ name: String) {
        guard let worker = workers[name], worker.credit > 0, !worker.isQueued else { return }
        workers[name]?.isQueued = true
        idle.insert(worker)
    }

    // MARK: - Private

    private mutating func refuse(_ description: WorkerDescription, besides known: WorkerEntry, _ peer: Peer) {
        let host = known.description.host.isEmpty ? "another machine" : "'\(known.description.host)'"
        let message =
            "a worker named '\(description.name)' is connected from \(host); stop it, or give this one a key of its own "
            + "with 'espalier keys add worker NAME'"
        send(.refused(Refusal(reason: .duplicateWorker, message: message)), to: peer)
        guard known.turnedAway != description.session else { return }
        workers[description.name]?.turnedAway = description.session
        tell(.turnedAway(worker: description.name, host: description.host, reason: message))
    }

    private mutating func forget(_ name: String) {
        guard let worker = workers.removeValue(forKey: name) else { return }
        peers[worker.peer] = nil
    }

    /// The connection turned out to belong to another worker.
    private mutating func forgetConnection(of name: String, at now: Instant) {
        guard let worker = workers[name] else { return }
        tell(.lost(worker: name, reason: "another worker has its connection"))
        for stage in worker.leases { takeBack(stage) }
        forget(name)
        remember(departureOf: worker, as: .lost, at: now)
    }
}
