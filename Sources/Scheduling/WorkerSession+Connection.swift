import OrderedCollections
import Sweep

// Connecting, greeting, heartbeats, and noticing that the coordinator is gone.
extension WorkerSession {
    mutating func greet(at now: Instant) {
        guard case .connecting = connection else { return }
        sendHello(at: now)
    }

    mutating func lose(at now: Instant, jitter: Double) {
        if case .waiting = connection { return }
        lostConnections += 1
        retreat(for: backOff(jitter: jitter), at: now)
    }

    mutating func receive(_ message: CoordinatorMessage, at now: Instant, jitter: Double) {
        if case .established = connection { connection = .established(heard: now) }
        switch message {
        case .helloOK(let heartbeat, let dropped): welcomed(heartbeat: heartbeat, dropped: dropped, at: now)
        case .refused(retry: true, _): retreat(for: settings.refusedRetry, at: now)
        case .refused(retry: false, let sentence): leave(code: 1, sentence)
        case .lease(let assignment): lease(assignment, at: now)
        case .heartbeatAck: break
        case .resultAck(let lease, _): acknowledged(lease)
        case .revoke(let lease, _): revoke(lease, at: now)
        case .helloAgain:
            // While a hello is under way, more of these are answers to what was sent before it.
            if case .established = connection { sendHello(at: now) }
        }
    }

    mutating func lookAtClock(at now: Instant, jitter: Double) {
        guard !hasExited else { return }
        if let lastCall, !isDraining, now >= lastCall { drain(reason: "the machine's time is nearly over", at: now) }
        checkConnection(at: now, jitter: jitter)
        killStubbornEngines(at: now)
        endStalledEngines(at: now)
        blameEnginesThatLeftOff(at: now)
        repeatReports(at: now)
        if let drainEnd, now >= drainEnd, !hasExited { leaveUndrained() }
    }

    /// When the session next wants a ``WorkerEvent/tick``; nil once it has exited.
    package var wake: Instant? {
        guard !hasExited else { return nil }
        var instants: [Instant] = []
        switch connection {
        case .waiting(let until): instants.append(until)
        case .connecting(let since): instants.append(since + settings.longestBackOff)
        case .greeting(let since): instants.append(since + heartbeat * settings.silence)
        case .established(let heard):
            instants.append(heard + heartbeat * settings.silence)
            instants.append(nextHeartbeat)
            instants += reports.values.compactMap(repeatTime)
        }
        for work in slots {
            switch work?.phase {
            case .stopping(_, let since, killed: false): instants.append(since + settings.stopLimit)
            case .running(let heard, let silence): instants.append(heard + silence)
            case .leftOff(_, _, let since): instants.append(since + settings.leftOffLimit)
            default: break
            }
        }
        if let drainEnd {
            instants.append(drainEnd)
        } else if let lastCall {
            instants.append(lastCall)
        }
        return instants.min()
    }

    mutating func sendHeartbeat(at now: Instant) {
        nextHeartbeat = now + heartbeat
        announcedCredit = credit
        send(.heartbeat(credit: credit, running: running, draining: isDraining))
    }

    /// A free slot is worth a message of its own: the coordinator fills it now instead of at the next heartbeat.
    mutating func announceFreedSlots(at now: Instant) {
        announcedCredit = min(announcedCredit, max(credit, 0))
        guard isEstablished, !hasExited, credit > announcedCredit else { return }
        sendHeartbeat(at: now)
    }

    // MARK: - Private

    private var lastCall: Instant? { deadline.map { $0 + (.zero - settings.drainMargin) } }

    private mutating func sendHello(at now: Instant) {
        connection = .greeting(since: now)
        send(.hello(running: running, remaining: deadline.map { max($0 - now, .zero) }))
    }

    private mutating func welcomed(heartbeat: Duration, dropped: [LeaseID], at now: Instant) {
        guard case .greeting = connection else { return }
        connection = .established(heard: now)
        lostConnections = 0
        if heartbeat > .zero { self.heartbeat = heartbeat }
        for lease in dropped { revoke(lease, at: now) }
        sendUndeliveredEndings()
        offerAllReports(at: now)
        sendHeartbeat(at: now)
    }

    private mutating func checkConnection(at now: Instant, jitter: Double) {
        switch connection {
        case .waiting(let until):
            if now >= until { connect(at: now) }
        case .connecting(let since):
            // libzmq's own retries grow to half a minute; a fresh socket starts them over.
            if now >= since + settings.longestBackOff { connect(at: now) }
        case .greeting(let since):
            if now >= since + heartbeat * settings.silence { lose(at: now, jitter: jitter) }
        case .established(let heard):
            if now >= heard + heartbeat * settings.silence {
                lose(at: now, jitter: jitter)
            } else if now >= nextHeartbeat {
                sendHeartbeat(at: now)
            }
        }
    }

    private mutating func connect(at now: Instant) {
        connection = .connecting(since: now)
        emit(.connect)
    }

    /// Gives the socket up; the next one is fresh.
    private mutating func retreat(for pause: Duration, at now: Instant) {
        connection = .waiting(until: now + pause)
        announcedCredit = 0
        emit(.disconnect)
    }

    /// Doubles with every loss in a row; the jitter takes off up to half.
    private func backOff(jitter: Double) -> Duration {
        let doublings = min(lostConnections - 1, 10)
        let full = min(settings.shortestBackOff * (1 << doublings), settings.longestBackOff)
        return full * (1 - jitter / 2)
    }
}
