/// What a person who follows the coordinator's log wants to know and the store need not remember.
package enum News: Hashable, Sendable {
    /// A worker's process introduced itself for the first time.
    case joined(worker: String, host: String, slots: Int)
    /// The same process is back: on a new connection, or heard again after it was taken for lost.
    case returned(worker: String)
    /// The worker finishes or hands back what it runs and takes nothing more.
    case draining(worker: String)
    /// The worker said goodbye. `abandoned`: stages it ran and did not hand back.
    case left(worker: String, abandoned: Int)
    /// Not heard of for a lease's duration, or replaced by a new process of its name.
    case lost(worker: String, reason: String)
    /// A second process of a connected worker's name; said once per process, however often it tries.
    case turnedAway(worker: String, host: String, reason: String)
    case expired(LeaseID, worker: String)
    /// `hasCheckpoint`: whoever gets the stage next goes on from there.
    case released(LeaseID, worker: String, hasCheckpoint: Bool)
}
