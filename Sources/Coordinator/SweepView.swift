internal import Scheduling
internal import Store
internal import Sweep
internal import SwiftProtobuf
internal import Wire

/// Sweeps as those who look see them: what the core knows of their progress, and the store of their submission.
struct SweepView {
    let core: Scheduling.Coordinator
    let store: Store
    let now: Instant

    /// "last" is the one submitted last, any other name an id: that of the first sweep of a name is the name itself.
    func sweep(named name: String) throws -> SweepID {
        let sweeps = try store.sweeps()
        let found = name == SweepFile.lastSweep ? sweeps.last : sweeps.last { $0.id.text == name }
        if let found { return found.id }
        let known = sweeps.suffix(5).map(\.id.text).joined(separator: ", ")
        throw OperatorError(
            code: .invalid,
            message: sweeps.isEmpty
                ? "no sweep was submitted yet; start with 'espalier submit SWEEP.yaml'"
                : "there is no sweep '\(name.prefix(64))'; the latest are: \(known)")
    }

    /// All sweeps, or one; of very many the latest.
    func summaries(only sweep: SweepID? = nil) throws -> [WireSweepSummary] {
        let statuses = Dictionary(core.sweepStatuses(at: now).map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        let headers = try store.sweeps().filter { sweep == nil || $0.id == sweep }
        return headers.suffix(StatusLimit.sweeps).compactMap { header in
            statuses[header.id].map { WireSweepSummary($0, header) }
        }
    }

    /// One sweep and its failures, or with an empty name everything; nothing about the coordinator itself.
    func status(of name: String) throws -> WireStatus {
        let sweep = name.isEmpty ? nil : try self.sweep(named: name)
        return try WireStatus.with {
            $0.sweeps = try summaries(only: sweep)
            $0.workers = core.workerStatuses(at: now).map { WireWorkerStatus($0, at: now) }
            $0.failures = core.failedStages(of: sweep).suffix(StatusLimit.failures).map(WireFailedStage.init)
            $0.coordinatorEpoch = core.epoch
        }
    }
}
