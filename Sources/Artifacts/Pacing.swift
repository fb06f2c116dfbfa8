/// When a transfer asks again, and when it gives up.
struct Pacing {
    /// Before the first repetition; doubled by each without progress.
    let retry: Duration
    let maximum: Duration
    /// Silence after which the transfer has failed.
    let timeout: Duration
    private var interval: Duration
    private(set) var retryAt: ContinuousClock.Instant
    private(set) var failAt: ContinuousClock.Instant

    init(_ settings: ArtifactClient.Settings, now: ContinuousClock.Instant) {
        retry = settings.retry
        maximum = settings.retryMaximum
        timeout = settings.timeout
        interval = settings.retry
        retryAt = now + settings.retry
        failAt = now + settings.timeout
    }

    /// Something new arrived.
    mutating func progressed(at now: ContinuousClock.Instant) {
        interval = retry
        retryAt = now + retry
        failAt = now + timeout
    }

    /// The other end answered, but only to say "wait".
    mutating func heard(at now: ContinuousClock.Instant) {
        failAt = now + timeout
    }

    /// True when it is time to ask again; the next time comes later.
    mutating func isDue(at now: ContinuousClock.Instant) -> Bool {
        guard now >= retryAt else { return false }
        interval = min(interval * 2, maximum)
        retryAt = now + interval
        return true
    }

    mutating func hurry(at now: ContinuousClock.Instant) {
        interval = retry
        retryAt = now
    }
}
