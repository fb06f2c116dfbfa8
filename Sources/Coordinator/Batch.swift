internal import Scheduling
internal import Store
internal import Sweep
internal import Wire

/// What one turn of the loop has decided and not yet done: first the records in one transaction, then the messages.
struct Batch {
    enum Outgoing {
        case message(Scheduling.Message)
        case reply(WireFromCoordinator)
    }

    /// What will be made durable and what is news, in the order of the decisions.
    var entries: [Timeline.Entry] = []
    var submissions: [SweepID: Submission] = [:]
    var outgoing: [(peer: Peer, content: Outgoing)] = []

    var records: [Scheduling.Record] {
        entries.compactMap { if case .record(let record) = $0 { record } else { nil } }
    }

    mutating func reply(_ body: WireFromCoordinator.OneOf_Body, to request: Request) {
        outgoing.append((request.peer, .reply(WireFromCoordinator(body, requestID: request.id))))
    }
}

/// Where a reply goes.
struct Request: Sendable {
    let peer: Peer
    let id: UInt64
}
