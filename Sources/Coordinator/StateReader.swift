package import Report
internal import Scheduling
internal import Store
package import Sweep
package import Wire

/// What a state directory holds at one moment, whether or not a coordinator runs there: it takes no lock, writes nothing,
/// and needs no more than to be allowed to read the database.
package struct StateReader: SweepReading {
    private let view: SweepView
    /// Tells the state from that of every other state directory; no secret.
    package let identity: String

    /// Throws a `StoreError`, one sentence with the remedy.
    package init(_ directory: StateDirectory) throws {
        let store = try Store(snapshotOf: directory.database)
        identity = try store.identity()
        var settings = Scheduling.Coordinator.Settings()
        // Nobody waits here for the workers of an earlier coordinator: what they run is not known.
        settings.restartGrace = .zero
        var core = Scheduling.Coordinator(settings: settings)
        let now = Instant(nanoseconds: 0)
        _ = core.handle(.restored(try store.load()), at: now)
        _ = core.handle(.tick, at: now)
        view = SweepView(core: core, store: store, now: now)
    }

    package func sweeps() throws -> [WireSweepSummary] { try view.summaries() }

    package func status(of sweep: String) throws -> WireStatus {
        var status = try view.status(of: sweep)
        // That of the coordinator before, not the one that a coordinator here would have.
        status.coordinatorEpoch -= 1
        return status
    }

    package func results(of sweep: String) throws -> SweepResults {
        guard let record = try view.store.results(of: try view.sweep(named: sweep)) else {
            throw OperatorError(code: .failed, message: "the sweep '\(sweep)' has no record")
        }
        return SweepResults(record, stateIdentity: identity)
    }

    /// The id under which a plan would be submitted.
    package func id(for plan: Plan) -> String { view.core.id(for: plan).text }

    /// How many of the sweep's stages are not finished and go on from a checkpoint.
    package func keptStages(of sweep: String) -> Int { view.core.keptStages(of: SweepID(sweep)) }
}
