package import Scheduling
package import Sweep

/// What happened in a run, and every promise that was broken on the way.
package struct History: Sendable {
    /// One sentence each; empty when all is well.
    package private(set) var violations: [String] = []
    /// How often each stage began to run on any worker.
    package private(set) var starts: [StageKey: Int] = [:]
    package private(set) var leases = 0
    package private(set) var replicas = 0
    /// Results the coordinator took responsibility for.
    package private(set) var acknowledged: [StageKey: LeaseID] = [:]
    /// Who was sent a lease, by lease; and the highest epoch of each stage.
    package private(set) var holders: [LeaseID: String] = [:]
    private var epochs: [StageKey: UInt64] = [:]

    package init() {}

    package mutating func note(_ violation: String?) {
        if let violation { violations.append(violation) }
    }

    package mutating func started(_ stage: StageKey) { starts[stage, default: 0] += 1 }

    /// A message left the coordinator while the store held this.
    package mutating func sent(_ message: Message, to worker: String, store: ModelStore) {
        switch message {
        case .lease(let grant):
            let lease = grant.lease
            if let holder = holders[lease] {
                if holder != worker { note("\(lease.stage) epoch \(lease.epoch) went to \(holder) and to \(worker)") }
            } else {
                leases += 1
                holders[lease] = worker
                if let last = epochs[lease.stage], last >= lease.epoch {
                    note("\(lease.stage) was leased with epoch \(lease.epoch) after \(last)")
                }
                epochs[lease.stage] = lease.epoch
            }
            for parent in store.parents[lease.stage] ?? [] where store.stages[parent]?.finished == nil {
                note("\(lease.stage) was leased before \(parent), which it starts from")
            }
            let stored = store.stages[lease.stage]
            if stored?.finished != nil || acknowledged[lease.stage] != nil && stored?.reopened == nil {
                note("\(lease.stage) was leased although it is finished")
            }
        case .resultAck(let lease, .accepted):
            acknowledged[lease.stage] = lease
            if store.stages[lease.stage]?.result?.lease != lease {
                note("\(lease.stage) epoch \(lease.epoch) was acknowledged before it was durable")
            }
        case .resultAck(_, .replica): replicas += 1
        default: break
        }
    }

    /// What was acknowledged must be in the store, whatever stopped and started since.
    package mutating func audit(_ store: ModelStore) {
        for (stage, lease) in acknowledged {
            let stored = store.stages[stage]
            if stored?.result?.lease == lease || stored?.replicas.contains(lease) == true { continue }
            note("the acknowledged result of \(stage) disappeared")
        }
    }

    /// At the end every stage of every sweep has a result or was given up on, and the sweeps say so.
    package mutating func auditEnd(_ store: ModelStore) {
        audit(store)
        for stage in store.unfinished { note("\(stage) never ended") }
        for (id, plan) in store.sweeps where store.states[id] != .cancelled {
            let isMeasured = plan.stages.allSatisfy { store.stages[$0.key]?.result != nil }
            let isGivenUp = plan.stages.contains { store.stages[$0.key]?.quarantined != nil }
            let state = store.states[id] ?? .running
            let isRight =
                switch state {
                case .finished: isMeasured
                case .failed: isGivenUp
                case .running, .cancelled: false
                }
            if !isRight { note("sweep \(id) ended as \(state)") }
        }
    }
}
