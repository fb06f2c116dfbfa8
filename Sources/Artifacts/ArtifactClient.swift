package import Sweep
internal import SwiftProtobuf
internal import Wire

/// The worker's end of artifact transfer: fetches into a cache, uploads from files.
///
/// Holds no socket, thread or clock: its owner's loop calls ``tick(at:)`` and sends the frames, gives it every frame
/// that arrives, and takes its events. A frame that could not be sent may simply be dropped: it is asked for again.
/// Transfers survive any number of reconnections and both ends' restarts, and go on at the byte where they stopped.
package final class ArtifactClient {
    /// How a transfer ended.
    package enum Event: Hashable, Sendable {
        /// Verified and on the disk.
        case fetched(sha256: String, path: String)
        /// Verified and on the coordinator's disk.
        case uploaded(sha256: String)
        /// One sentence says why and what to do. `isLost`: the file to upload is gone or damaged here.
        case failed(sha256: String, message: String, isLost: Bool = false)
    }

    /// How much is under way at once, and when to ask again or give up.
    package struct Settings: Sendable {
        /// Chunks of one transfer under way at once.
        package var window = 8
        /// Transfers under way at once; further ones wait. With `window` it stays below a socket's high-water mark.
        package var transfers = 4
        /// Before an unanswered request is repeated; doubled each time up to the maximum.
        package var retry: Duration = .seconds(2)
        package var retryMaximum: Duration = .seconds(30)
        /// A transfer without any answer for this long has failed.
        package var timeout: Duration = .seconds(300)
        /// Bytes of one artifact.
        package var maximumSize: UInt64 = 16 << 30

        package init() {}
    }

    private struct Active {
        let transfer: any Transfer
        var pacing: Pacing
        var hasBegun: Bool
    }

    private let cache: ArtifactStore
    private let settings: Settings
    private var waiting: [any Transfer] = []
    private var active: [Active] = []
    private var events: [Event] = []

    /// Also deletes partial files that no transfer has touched for a day.
    package init(cache: ArtifactStore, settings: Settings = Settings()) {
        self.cache = cache
        self.settings = settings
        cache.removeAbandoned(olderThan: .seconds(86400))
    }

    /// Whether anything is under way.
    package var isIdle: Bool { waiting.isEmpty && active.isEmpty && events.isEmpty }

    /// When ``tick(at:)`` wants to be called at the latest; `nil` when there is nothing to wait for.
    package var deadline: ContinuousClock.Instant? {
        active.map { min($0.pacing.retryAt, $0.pacing.failAt) }.min()
    }

    /// Brings an artifact into the cache; one that is there is verified, not transferred. Asking twice is asking once.
    package func fetch(_ artifact: ArtifactReference) {
        guard let digest = check(artifact), !has(Download.self, artifact.sha256) else { return }
        waiting.append(Download(artifact, digest: digest, cache: cache, window: settings.window))
    }

    /// Brings a file to the coordinator. The file must stay as it is until the event.
    package func upload(_ artifact: ArtifactReference, fileAt path: String) {
        guard check(artifact) != nil, !has(Upload.self, artifact.sha256) else { return }
        waiting.append(Upload(artifact, fileAt: path, window: settings.window))
    }

    /// The connection is new: everything unanswered is asked for again, at once.
    package func reconnected(at now: ContinuousClock.Instant) {
        for index in active.indices { active[index].pacing.hurry(at: now) }
    }

    /// The frames to send now.
    package func tick(at now: ContinuousClock.Instant) -> [[UInt8]] {
        while active.count < settings.transfers, !waiting.isEmpty {
            active.append(
                Active(transfer: waiting.removeFirst(), pacing: Pacing(settings, now: now), hasBegun: false))
        }
        var frames: [[UInt8]] = []
        for var entry in active {
            let transfer = entry.transfer
            do throws(ArtifactError) {
                switch try advance(&entry, at: now) {
                case .requests(let requests): frames += requests.compactMap { try? $0.serializedBytes() }
                case .ended(let event): end(transfer, event)
                }
                if let index = active.firstIndex(where: { $0.transfer === transfer }) { active[index] = entry }
            } catch {
                fail(transfer, error)
            }
        }
        return frames
    }

    /// Takes in a frame from the coordinator; garbage, duplicates and answers to nothing are ignored.
    package func handle(_ frame: [UInt8], at now: ContinuousClock.Instant) {
        guard let reply = try? WireArtifactReply(serializedBytes: frame), let body = reply.body else { return }
        switch body {
        case .refused(let refused):
            for entry in active where entry.transfer.artifact.sha256 == refused.sha256 {
                fail(entry.transfer, refused.message)
            }
        case .chunk(let chunk): deliver(body, to: chunk.sha256, at: now)
        case .credit(let credit): deliver(body, to: credit.sha256, at: now)
        case .stored(let stored): deliver(body, to: stored.sha256, at: now)
        }
    }

    /// Everything that ended since the last call.
    package func takeEvents() -> [Event] {
        defer { events = [] }
        return events
    }
}

// MARK: - Transfers

extension ArtifactClient {
    private enum Step {
        case requests([WireArtifactRequest])
        case ended(Event)
    }

    private func advance(_ entry: inout Active, at now: ContinuousClock.Instant) throws(ArtifactError) -> Step {
        if now >= entry.pacing.failAt {
            return .ended(
                .failed(
                    sha256: entry.transfer.artifact.sha256,
                    message: "no answer from the coordinator for \(settings.timeout.components.seconds) s; check that "
                        + "it runs and that its artifact port can be reached"))
        }
        if entry.pacing.isDue(at: now) { entry.transfer.restart() }
        if !entry.hasBegun {
            do throws(ArtifactError) {
                if let event = try entry.transfer.begin() { return .ended(event) }
            } catch  where error.code == .busy {
                return .requests([])
            }
            entry.hasBegun = true
        }
        return .requests(try entry.transfer.requests())
    }

    private func deliver(_ body: WireArtifactReply.OneOf_Body, to sha256: String, at now: ContinuousClock.Instant) {
        for index in active.indices.reversed() where active[index].transfer.artifact.sha256 == sha256 {
            let transfer = active[index].transfer
            do throws(ArtifactError) {
                switch try transfer.handle(body) {
                case .none: break
                case .waiting: active[index].pacing.heard(at: now)
                case .advanced: active[index].pacing.progressed(at: now)
                case .finished(let event): end(transfer, event)
                }
            } catch {
                fail(transfer, error)
            }
        }
    }

    /// What arrived is not worth going on with; a transfer that merely stopped may go on one day.
    private func fail(_ transfer: any Transfer, _ error: ArtifactError) {
        transfer.abandon()
        fail(transfer, error.description)
    }

    private func fail(_ transfer: any Transfer, _ message: String) {
        let sha256 = transfer.artifact.sha256
        end(transfer, .failed(sha256: sha256, message: message, isLost: transfer.hasLostItsSource))
    }

    private func end(_ transfer: any Transfer, _ event: Event) {
        active.removeAll { $0.transfer === transfer }
        events.append(event)
    }

    private func has<Kind: Transfer>(_ kind: Kind.Type, _ sha256: String) -> Bool {
        (waiting + active.map(\.transfer)).contains { $0 is Kind && $0.artifact.sha256 == sha256 }
    }

    private func check(_ artifact: ArtifactReference) -> ArtifactDigest? {
        guard let digest = artifact.digest else {
            fail(artifact, "'\(artifact.sha256.prefix(80))' is no SHA-256: an artifact has 64 hexadecimal digits")
            return nil
        }
        guard artifact.size <= settings.maximumSize else {
            fail(artifact, "\(artifact.size) bytes are more than an artifact may have, \(settings.maximumSize)")
            return nil
        }
        return digest
    }

    private func fail(_ artifact: ArtifactReference, _ message: String) {
        events.append(.failed(sha256: artifact.sha256, message: message))
    }
}
