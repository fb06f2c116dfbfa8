package import Sweep

/// Everything that can happen to the coordinator, decoded and authenticated.
package enum CoordinatorEvent: Sendable {
    /// First event, once: what the store remembers. Raises the coordinator's epoch.
    case restored(Durable)
    /// An operator submitted a sweep, new or known, under the id that ``Coordinator/id(for:)`` gives it. `cached` are the
    /// outcomes the store already has for stages of this plan; where it `isFresh`, they are all measured again.
    case submitted(SweepID, plan: Plan, cached: [StageKey: Outcome], isFresh: Bool = false)
    case cancelled(SweepID)
    case hello(WorkerDescription, running: [LeaseStatus], from: Peer)
    case heartbeat(credit: Int, running: [LeaseStatus], draining: Bool, from: Peer)
    /// `artifactsPresent`: the shell found every artifact of the outcome verified in the artifact store.
    case result(LeaseID, Outcome, artifactsPresent: Bool, from: Peer)
    /// A result whose outcome breaks the rules, and which one, as half a sentence.
    case refusedResult(LeaseID, reason: String, from: Peer)
    /// `lost`: hashes of those ``Coordinator/inputs(of:)`` the lease that the shell found missing or damaged in the artifact
    /// store, where the cause is `artifact`.
    case failure(LeaseID, Failure, lost: Set<String> = [], from: Peer)
    case released(LeaseID, resume: ArtifactReference?, from: Peer)
    case bye(from: Peer)
    /// The worker's key was revoked: its leases end now, nothing it says counts.
    case revoked(worker: String)
    /// A wake-up that was asked for, or any other chance to look at the clock.
    case tick
}

/// The name by which a sweep is asked for.
package struct SweepID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// A short word made of the sweep's name and a counter: "mnist-lenet-300-100-2".
    package var text: String
    package init(_ text: String) { self.text = text }
    package var description: String { text }
    package static func < (a: SweepID, b: SweepID) -> Bool { a.text < b.text }
}
