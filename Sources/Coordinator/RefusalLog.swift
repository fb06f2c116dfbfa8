internal import Logging
internal import ZeroMQ

/// Says in the log whom the coordinator turned away in the handshake, where no answer can tell them why.
///
/// Anybody can knock as often as they like, so only so many sentences are written a minute; the rest are counted.
final class RefusalLog {
    private static let interval = Duration.seconds(60)
    private static let limit = 20

    private let logger: Logger
    private var since: ContinuousClock.Instant?
    private var written = 0
    private var omitted = 0

    init(_ logger: Logger) { self.logger = logger }

    /// A key that is unknown or revoked.
    func refused(_ key: CurveKey, known holder: AuthorisedKey?, from address: String) {
        let sentence =
            if let holder {
                "connection refused: the key '\(holder.name)' was revoked; if its holder may come back, make a new one with "
                    + "'espalier keys add \(holder.role.rawValue)'"
            } else {
                "connection refused: the key is not one of this coordinator's; if its holder is yours, make a key file with "
                    + "'espalier keys add'"
            }
        write(sentence, ["peer.key": "\(holder?.name ?? key.z85)", "peer.address": "\(address)"])
    }

    /// A connection without a key, or meant for another coordinator.
    func handshakeFailed() {
        write(
            "connection refused: the other end has no key, or one for another coordinator; give it a key file made by "
                + "'espalier keys add'", [:])
    }

    private func write(_ sentence: String, _ metadata: Logger.Metadata) {
        let now = ContinuousClock.now
        if let since, now - since < Self.interval {
            guard written < Self.limit else {
                omitted += 1
                return
            }
        } else {
            if omitted > 0 { logger.warning("\(omitted) more connections were refused in the minute before") }
            (since, written, omitted) = (now, 0, 0)
        }
        written += 1
        logger.warning("\(sentence)", metadata: metadata)
    }
}
