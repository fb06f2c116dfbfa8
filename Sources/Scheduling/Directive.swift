package import Sweep

/// What the shell must do. All records of one batch of events are made durable in one transaction before any message of
/// the batch is sent.
package enum Directive: Hashable, Sendable {
    case persist(Record)
    case send(Message, to: Peer)
    /// Deliver a ``CoordinatorEvent/tick`` no later than this.
    case wake(at: Instant)
    /// For the log; nothing depends on it.
    case tell(News)
}

/// What the coordinator says to a worker.
package enum Message: Hashable, Sendable {
    case helloOK(coordinatorEpoch: UInt64, dropped: [LeaseID])
    case refused(Refusal)
    case lease(Grant)
    case heartbeatAck(coordinatorEpoch: UInt64)
    case resultAck(LeaseID, Verdict)
    case revoke(LeaseID, reason: String)
    /// This connection never said hello, or said it to an earlier coordinator.
    case helloAgain
}

/// What became of a result; with any of them the worker may forget it.
package enum Verdict: String, Hashable, Sendable {
    case accepted
    /// Another result of the same stage was first; this one is kept beside it.
    case replica
    /// Nobody asks for this stage (any more).
    case unknown
    /// Its outcome breaks the rules; it counts as a failure of the engine.
    case refused
}

/// Why a connection is of no use.
package struct Refusal: Hashable, Sendable {
    /// What the other end decides by; the sentence is for people.
    package enum Reason: Hashable, Sendable {
        case revoked
        case wrongName
        case duplicateWorker
        case malformed
    }
    package var reason: Reason
    /// One sentence with the remedy.
    package var message: String
    package init(reason: Reason, message: String) {
        self.reason = reason
        self.message = message
    }
}

/// A lease as it is sent. The stage's description and engine come from the plan; the shell reads them by key.
package struct Grant: Hashable, Sendable {
    package var lease: LeaseID
    /// The parents' checkpoints, and the checkpoint of a released attempt under the role "resume".
    package var inputs: [ArtifactReference]
    package var sweep: SweepID
    package var label: String
    /// Nothing that an earlier attempt has left is gone on from.
    package var isAnew: Bool
    package init(
        lease: LeaseID, inputs: [ArtifactReference], sweep: SweepID, label: String, isAnew: Bool = false
    ) {
        self.lease = lease
        self.inputs = inputs
        self.sweep = sweep
        self.label = label
        self.isAnew = isAnew
    }
}
