/// Says now and then that the coordinator cannot be reached, and why as far as that is known.
struct Reachability {
    private static let interval: Duration = .seconds(30)
    /// A connection that takes a moment is nothing to speak of.
    private static let firstReport: Duration = .seconds(3)

    /// What the last failed handshake looked like.
    var complaint: String?
    private var lostSince: ContinuousClock.Instant?
    /// When the next sentence is due; nil while connected.
    private(set) var reportAt: ContinuousClock.Instant?

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
        return "no coordinator at \(endpoint) for \(seconds) s: \(reason). Trying on; stages under way go on"
    }
}
