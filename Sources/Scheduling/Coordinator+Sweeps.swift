internal import HeapModule
package import Sweep

// Sweeps come and go: submission, cancellation, and what the store remembers of both.
extension Coordinator {
    /// Starts from what the store remembers. Leases of the coordinator before are waited for, for a while.
    mutating func restore(_ durable: Durable, at now: Instant) {
        epoch = durable.coordinatorEpoch + 1
        persist(.coordinatorEpoch(epoch))
        for record in durable.sweeps {
            guard let sweep = addSweep(record.id, record.plan) else { continue }
            set(record.state, of: sweep)
            let known = stages.count
            for node in record.plan.stages {
                let stage = addStage(node, hasOwnEngine: !record.plan.engine.isEmpty)
                if stage >= known {
                    if let state = durable.stages[node.key] { recall(state, as: stage) }
                } else if stages[stage].finished != nil {
                    sweeps[sweep].stageCounts.cached += 1
                }
            }
            join(sweep, record.plan)
        }
        for stage in stages.indices {
            guard case .unwanted = stages[stage].phase else { continue }
            place(stage)
            guard case .ready = stages[stage].phase, stages[stage].epoch > 0, stages[stage].lastWorker != nil else {
                continue
            }
            let grace = now + settings.restartGrace
            set(.orphaned(until: grace), of: stage)
            deadlines.insert(Deadline(instant: grace, stage: stage, epoch: stages[stage].epoch))
        }
    }

    /// An unknown sweep is planned into stages; stages that any sweep finished before count at once. A known one goes on:
    /// what failed is tried again, and what was cancelled is taken up where it was left. A known id with another plan
    /// changes nothing.
    ///
    /// - Parameter isFresh: Whether what is finished runs again instead.
    mutating func submit(_ id: SweepID, _ plan: Plan, cached: [StageKey: Outcome], isFresh: Bool) {
        let isKnown = sweepIndex[id] != nil
        guard let sweep = isKnown ? takeUp(id, plan) : addSweep(id, plan) else { return }
        persist(.submitted(id, plan))
        sweeps[sweep].stageCounts.cached = 0
        var opened: [Int] = []
        var repeated: [Int] = []
        for node in plan.stages {
            let stage = addStage(node, hasOwnEngine: !plan.engine.isEmpty)
            if case .unwanted = stages[stage].phase, let outcome = cached[node.key] {
                set(.done(FinishedStage(outcome)), of: stage)
            }
            // What failed before this submission is not held against it.
            stages[stage].failures = [:]
            switch stages[stage].phase {
            case .done where isFresh: repeated.append(stage)
            case .done: sweeps[sweep].stageCounts.cached += 1
            case .failed, .unwanted: opened.append(stage)
            default: break
            }
            if isFresh { forgetAttempts(at: stage) }
        }
        if isKnown { rank(plan, of: sweep) } else { join(sweep, plan) }
        for stage in repeated { reopen(stage) }
        for stage in opened { place(stage) }
        for stage in opened { placeChildren(of: stage) }
    }

    /// The id under which a plan is submitted: that of the sweep of its name with the same stages and tasks, of several
    /// the latest; else its name, or the name with the first free number ("mnist", "mnist-2", ...).
    package func id(for plan: Plan) -> SweepID {
        let content = Plan.Content(plan)
        if let known = sweeps.last(where: { $0.name == plan.name && $0.content == content }) { return known.id }
        var id = SweepID(plan.name)
        var number = 1
        while sweepIndex[id] != nil {
            number += 1
            id = SweepID("\(plan.name)-\(number)")
        }
        return id
    }

    /// Leases that no other sweep needs end; what is finished stays, and so do the checkpoints that stages go on from.
    mutating func cancel(_ id: SweepID) {
        guard let sweep = sweepIndex[id], sweeps[sweep].state == .running else { return }
        set(.cancelled, of: sweep)
        persist(.sweepState(id, .cancelled))
        for stage in sweeps[sweep].stages {
            if stages[stage].memberships.contains(where: { !sweeps[$0.sweep].isOver }) { continue }
            switch stages[stage].phase {
            case .leased: revokeLease(on: stage, reason: "the sweep '\(id)' was cancelled")
            case .orphaned, .ready, .waiting: break
            case .done, .failed, .unwanted: continue
            }
            set(.unwanted, of: stage)
        }
    }

    // MARK: - Private

    /// Nil when the sweep is known.
    private mutating func addSweep(_ id: SweepID, _ plan: Plan) -> Int? {
        guard sweepIndex[id] == nil else { return nil }
        let index = sweeps.count
        sweepIndex[id] = index
        sweeps.append(
            SweepEntry(id: id, name: plan.name, priority: plan.priority, content: Plan.Content(plan)))
        runningSweeps += 1
        touchedSweeps.insert(index)
        return index
    }

    /// Nil when the known sweep's plan is another one.
    private mutating func takeUp(_ id: SweepID, _ plan: Plan) -> Int? {
        guard let sweep = sweepIndex[id], sweeps[sweep].content == Plan.Content(plan) else { return nil }
        sweeps[sweep].priority = plan.priority
        if sweeps[sweep].state == .finished { recount(sweep) }
        // Whether it has ended all the same follows from its stages.
        set(.running, of: sweep)
        touchedSweeps.insert(sweep)
        return sweep
    }

    /// While a sweep is finished its stages count as done, whatever becomes of them: now they count as what they are.
    private mutating func recount(_ sweep: Int) {
        for stage in sweeps[sweep].stages {
            guard let membership = stages[stage].memberships.first(where: { $0.sweep == sweep }) else { continue }
            count(stage, as: .done, in: membership, by: -1)
            count(stage, as: stages[stage].phase.standing, in: membership, by: 1)
        }
    }

    /// The stage's index, new or known. Parents come before children.
    private mutating func addStage(_ node: Plan.Node, hasOwnEngine: Bool) -> Int {
        if let known = stageIndex[node.key] { return known }
        let stage = stages.count
        stageIndex[node.key] = stage
        let parents = node.stage.parents.compactMap { stageIndex[$0] }
        let stageClass = index(of: StageClass(node.stage, hasOwnEngine: hasOwnEngine))
        stages.append(
            StageEntry(key: node.key, label: node.label, stageClass: stageClass, parents: parents, rank: .last))
        for parent in parents { stages[parent].children.append(stage) }
        return stage
    }

    private mutating func recall(_ state: Durable.StageState, as stage: Int) {
        stages[stage].epoch = state.epoch
        stages[stage].lastWorker = state.lastWorker
        stages[stage].resume = state.resume
        stages[stage].reopened = state.reopened
        for failure in state.failures { stages[stage].failures[failure.cause, default: 0] += 1 }
        if let outcome = state.outcome {
            durations[stages[stage].stageClass].add(outcome.seconds)
            set(.done(FinishedStage(outcome, epoch: state.resultEpoch)), of: stage)
        } else if let failure = state.quarantined, failure.cause != .parent {
            set(.failed(failure), of: stage)
        }
    }

    /// Makes the plan's stages members of the sweep.
    private mutating func join(_ sweep: Int, _ plan: Plan) {
        let members = plan.stages.compactMap { stageIndex[$0.key] }
        sweeps[sweep].stages = members
        sweeps[sweep].stageCounts.total = members.count
        sweeps[sweep].taskCounts.total = plan.tasks.count
        var ending: [Int: Int] = [:]
        for task in plan.tasks {
            if let last = task.stages.last.flatMap({ stageIndex[$0] }) { ending[last, default: 0] += 1 }
        }
        for stage in members.reversed() {
            for parent in stages[stage].parents {
                stages[parent].height = max(stages[parent].height, stages[stage].height + 1)
            }
        }
        for stage in members {
            let membership = StageEntry.Membership(sweep: sweep, tasks: ending[stage] ?? 0)
            stages[stage].memberships.append(membership)
            // A finished sweep keeps its results, even of stages that are open again for the sake of another.
            let standing = sweeps[sweep].state == .finished ? .done : stages[stage].phase.standing
            count(stage, as: standing, in: membership, by: 1)
        }
        rank(plan, of: sweep)
    }

    /// Puts the sweep's stages into the order of leasing, where no other sweep puts them first.
    private mutating func rank(_ plan: Plan, of sweep: Int) {
        guard !sweeps[sweep].isOver else { return }
        var firstTask: [Int: Int] = [:]
        for task in plan.tasks {
            for stage in task.stages.compactMap({ stageIndex[$0] }) {
                firstTask[stage] = min(firstTask[stage] ?? task.index, task.index)
            }
        }
        for stage in sweeps[sweep].stages {
            let rank = Rank(
                height: stages[stage].height, priority: sweeps[sweep].priority, sweep: sweep,
                task: firstTask[stage] ?? .max)
            let isOnlyOne = stages[stage].memberships.allSatisfy { $0.sweep == sweep || sweeps[$0.sweep].isOver }
            guard isOnlyOne || rank < stages[stage].rank else { continue }
            stages[stage].rank = rank
            if case .ready = stages[stage].phase { enqueue(stage) }
        }
    }
}

extension Rank {
    /// Of a stage that no sweep has ranked yet.
    static let last = Rank(height: 0, priority: .min, sweep: .max, task: .max)
}
