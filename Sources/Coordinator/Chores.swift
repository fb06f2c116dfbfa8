internal import Foundation
internal import Scheduling
internal import Store
internal import Sweep
internal import SwiftProtobuf
internal import Wire
internal import ZeroMQ

/// Work on behalf of requests that would keep the loop from its heartbeats, done in order on a queue beside it.
final class Chores: Sendable {
    enum Done: Sendable {
        case planned(Plan, yaml: String, isFresh: Bool, Request)
        case reply(WireFromCoordinator.OneOf_Body, Request)
        /// A worker's message, complete with what only the disk could tell.
        case examined(CoordinatorEvent)
    }

    private let queue = DispatchQueue(label: "espalier.chores")
    private let mailbox: Mailbox<Done>

    init(waking reactor: Reactor) { mailbox = Mailbox(waking: reactor) }

    /// What was finished since the last call.
    func drain() -> [Done] { mailbox.drain() }

    func run(_ chore: @escaping @Sendable () -> Done) {
        queue.async { [mailbox] in mailbox.post(chore()) }
    }
}

extension WireFromCoordinator.OneOf_Body {
    /// - Parameter invalid: Whether the request itself is wrong, and no repetition will help.
    static func failed(_ message: String, invalid: Bool) -> Self {
        .failed(
            .with {
                $0.message = message
                $0.invalid = invalid
            })
    }
}
