internal import Logging
internal import ZeroMQ

/// Says whom the coordinator turned away in the handshake, where no answer can tell them why.
///
/// Anybody can knock as often as they like, so only a limited number of sentences is written per minute; the rest are counted.
final class RefusalLog {
    private static let interval = Duration.seconds(60)
    static let limit = 20

    private let write: (String, Logger.Metadata) -> Void
    private var since: ContinuousClock.Instant?
    private var written = 0
    private var omitted = 0

    init(write: @escaping (String, Logger.Metadata) -> Void) { self.write = write }

    /// A key that is unknown or revoked.
    func refused(
        _ key: CurveKey, known holder: AuthorisedKey?, from address: String, at now: ContinuousClock.Instant
    ) {
        let sentence =
            if let holder {
                "connection refused: the key '\(holder.name)' was revoked; if its holder may come back, make a new one with "
                    + "'espalier keys add \(holder.role.rawValue)'"
            } else {
                "connection refused: the key is not one of this coordinator's; if its holder is yours, make a key file with "
                    + "'espalier keys add'"
            }
        say(sentence, ["peer.key": "\(holder?.name ?? key.z85)", "peer.address": "\(address)"], at: now)
    }

    /// A connection without a key, or meant for another coordinator.
    func handshakeFailed(at now: ContinuousClock.Instant) {
        say(
            "connection refused: the other end has no key, or one for another coordinator; give it a key file made by "
                + "'espalier keys add'", [:], at: now)
    }

    private func say(_ sentence: String, _ metadata: Logger.Metadata, at now: ContinuousClock.Instant) {
        if let since, now - since < Self.interval {
            guard written < Self.limit else {
                omitted += 1
                return
            }
        } else {
            if omitted > 0 { write("\(omitted) more connections were refused before", [:]) }
            (since, written, omitted) = (now, 0, 0)
        }
        written += 1
        write(sentence, metadata)
    }
}
