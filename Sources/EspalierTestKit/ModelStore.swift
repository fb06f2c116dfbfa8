package import Scheduling
package import Sweep

/// The store's contract in memory: applies records, and gives back what a starting coordinator is told.
package struct ModelStore: Sendable {
    /// What a broken store forgets, for negative controls.
    package enum Defect: Hashable, Sendable {
        case losesLeases
        case losesResults
        case forgetsReopenings
    }

    package private(set) var epoch: UInt64 = 0
    package private(set) var sweeps: [(id: SweepID, plan: Plan)] = []
    package private(set) var states: [SweepID: SweepState] = [:]
    package private(set) var stages: [StageKey: StoredStage] = [:]
    /// What each stage of any sweep starts from.
    package private(set) var parents: [StageKey: [StageKey]] = [:]
    private var defect: Defect?

    /// A row of the stage table.
    package struct StoredStage: Hashable, Sendable {
        package var epoch: UInt64 = 0
        package var holder: String?
        package var failures: [Failure] = []
        package var result: Result?
        /// Where the result is to be replaced: the epoch after which the stage was opened again.
        package var reopened: UInt64?
        package var replicas: [LeaseID] = []
        package var quarantined: Failure?
        package var resume: ArtifactReference?

        /// The result that counts.
        package var finished: Result? { reopened == nil ? result : nil }

        package struct Result: Hashable, Sendable {
            package var lease: LeaseID
            package var outcome: Outcome
        }
    }

    package init(defect: Defect? = nil) { self.defect = defect }

    /// Applies one record; says so when it breaks a promise.
    package mutating func apply(_ record: Record) -> String? {
        switch record {
        case .coordinatorEpoch(let new):
            defer { epoch = new }
            return new > epoch ? nil : "the coordinator's epoch went from \(epoch) to \(new)"
        case .submitted(let id, let plan):
            if states[id] == nil { sweeps.append((id, plan)) }
            states[id] = .running
            for node in plan.stages {
                parents[node.key] = node.stage.parents
                stages[node.key]?.quarantined = nil
                stages[node.key]?.failures = []
            }
        case .leased(let lease, let worker):
            if defect == .losesLeases { return nil }
            let before = stages[lease.stage, default: StoredStage()].epoch
            stages[lease.stage, default: StoredStage()].epoch = lease.epoch
            stages[lease.stage]?.holder = worker
            if lease.epoch <= before { return "\(lease.stage) was leased with epoch \(lease.epoch) after \(before)" }
        case .result(let lease, let outcome, _):
            if defect == .losesResults { return nil }
            let before = stages[lease.stage, default: StoredStage()]
            stages[lease.stage, default: StoredStage()].result = StoredStage.Result(
                lease: lease, outcome: outcome)
            if let replaced = before.result { stages[lease.stage]?.replicas.append(replaced.lease) }
            stages[lease.stage]?.reopened = nil
            stages[lease.stage]?.holder = nil
            stages[lease.stage]?.quarantined = nil
            if before.finished != nil { return "\(lease.stage) has a second accepted result" }
            if let last = before.reopened, lease.epoch <= last {
                return "\(lease.stage) was opened again after \(last) and finished by \(lease.epoch)"
            }
        case .reopened(let lease):
            if defect != .forgetsReopenings { stages[lease.stage, default: StoredStage()].reopened = lease.epoch }
            stages[lease.stage]?.resume = nil
            stages[lease.stage]?.holder = nil
        case .replica(let lease, _, _):
            stages[lease.stage, default: StoredStage()].replicas.append(lease)
        case .failed(let lease, let failure, _):
            stages[lease.stage, default: StoredStage()].failures.append(failure)
            stages[lease.stage]?.holder = nil
        case .quarantined(let stage, let failure):
            stages[stage, default: StoredStage()].quarantined = failure
            stages[stage]?.holder = nil
        case .resume(let stage, let artifact):
            stages[stage, default: StoredStage()].resume = artifact
            stages[stage]?.holder = nil
        case .sweepState(let id, let state):
            states[id] = state
        }
        return nil
    }

    /// What a starting coordinator is handed.
    package var durable: Durable {
        var known: [StageKey: Durable.StageState] = [:]
        for (_, plan) in sweeps {
            for node in plan.stages where known[node.key] == nil {
                let stored = stages[node.key, default: StoredStage()]
                known[node.key] = Durable.StageState(
                    node: node, epoch: stored.epoch, lastWorker: stored.holder, failures: stored.failures,
                    outcome: stored.finished?.outcome, quarantined: stored.quarantined, resume: stored.resume,
                    resultEpoch: stored.finished?.lease.epoch, reopened: stored.reopened)
            }
        }
        return Durable(
            coordinatorEpoch: epoch,
            sweeps: sweeps.map { Durable.SweepRecord(id: $0.0, plan: $0.1, state: states[$0.0] ?? .running) },
            stages: known)
    }

    /// The stages of every sweep under way that have neither result nor quarantine.
    package var unfinished: [StageKey] {
        var open: [StageKey] = []
        for (id, plan) in sweeps where states[id] != .cancelled && states[id] != .finished {
            for node in plan.stages {
                let stored = stages[node.key]
                if stored?.finished == nil, stored?.quarantined == nil { open.append(node.key) }
            }
        }
        return open
    }
}
