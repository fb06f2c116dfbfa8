/// Says now and then why there is no conversation with the coordinator, as far as that is known.
struct Reachability {
    private static let interval: Duration = .seconds(30)
    /// A connection that takes a moment is nothing to speak of.
    private static let firstReport: Duration = .seconds(3)
    /// The same refusal is said again after this long.
    private static let refusalInterval: Duration = .seconds(300)

    /// What the last failed handshake looked like.
    var complaint: String?
    private var lostSince: ContinuousClock.Instant?
    private var refusal: (reason: String, saidAt: ContinuousClock.Instant)?
    /// When the next sentence is due; nil while connected.
    private(set) var reportAt: ContinuousClock.Instant?

    /// The coordinator is there, but does not want this worker now: until it is asked again nothing is amiss with the
    /// connection. Returns a sentence when one is due.
    mutating func refused(_ reason: String, retryAfter pause: Duration, at now: ContinuousClock.Instant) -> String? {
        let next = now + pause
        (complaint, lostSince, reportAt) = (nil, next, next + Self.firstReport)
        if let refusal, refusal.reason == reason, now - refusal.saidAt < Self.refusalInterval { return nil }
        refusal = (reason, now)
        return "the coordinator refuses this worker: \(reason). Trying again every \(pause.components.seconds) s"
    }

    /// A sentence when one is due.
    mutating func report(isEstablished: Bool, endpoint: String, at now: ContinuousClock.Instant) -> String? {
        if isEstablished {
            self = Reachability()
            return nil
        }
        let since = lostSince ?? now
        lostSince = since
        let due = reportAt ?? now + Self.firstReport
        reportAt = due
        guard now >= due else { return nil }
        reportAt = now + Self.interval
        let seconds = Int(since.duration(to: now) / .seconds(1))
        let reason = complaint ?? "check that it runs and that this address and port are reachable from here"
        return "no coordinator at \(endpoint) for \(seconds) s: \(reason). Trying again; stages under way go on"
    }
}
