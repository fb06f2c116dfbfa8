internal import Coordinator
internal import Wire

/// A sweep file handed to a coordinator, and what that made of it.
struct Submission {
    let sweep: WireSubmitted
    /// The sweep's state before, where the coordinator knew it already.
    private let earlierState: String?
    private let isFresh: Bool

    /// - Parameter isFresh: Whether every stage runs again, whatever earlier sweeps have done.
    init(_ source: SweepSource, to client: OperatorClient, isFresh: Bool) async throws {
        var known: [WireSweepSummary] = []
        // A key that may not even look may not submit either, and is told so then.
        do { known = try await client.sweeps() } catch let error as OperatorError where error.code == .refused {}
        let sweep = try await source.submit(to: client, isFresh: isFresh)
        self.sweep = sweep
        self.isFresh = isFresh
        earlierState = known.first { $0.id == sweep.sweep }?.state
    }

    var sentence: String {
        let fate =
            switch earlierState {
            case nil: ""
            case _ where isFresh: " runs again"
            case "running": " goes on"
            case "finished": " is done already"
            case "failed": " had failed and is tried again"
            case let state?: " was \(state) and goes on"
            }
        return "\(sweep.sweep)\(fate): \(counted(sweep.tasks, "task")) in \(counted(sweep.stages, "stage")), "
            + "\(sweep.cached) already done"
    }
}
