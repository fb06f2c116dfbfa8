internal import OrderedCollections
package import Sweep

// What the shell, the status command and the dashboard read.
extension Coordinator {
    /// How far a sweep is.
    package struct SweepStatus: Sendable {
        package var id: SweepID
        package var name: String
        package var state: SweepState
        package var tasks: TaskCounts
        package var stages: StageCounts
        /// By the median time of finished stages of the same kind, method and network (of all, where there is none yet)
        /// and the slots of the workers connected now; nil when neither is known, or where there is an obstacle.
        package var remaining: Duration?
        /// Where workers are connected and none can run some of the stages to go: why, and after "; " the remedy.
        package var obstacle: String?
    }

    /// A worker and what it runs.
    package struct WorkerStatus: Sendable {
        /// Whether it can be counted on.
        package enum State: String, Sendable {
            case connected, draining, lost
            /// Said goodbye.
            case left
            /// Its key was revoked while it was connected.
            case revoked
        }
        package var name: String
        package var host: String
        package var slots: Int
        package var state: State
        package var lastSeen: Instant
        /// In order of leasing.
        package var running: [RunningStage]
    }

    /// A leased stage.
    package struct RunningStage: Sendable {
        package var lease: LeaseID
        package var label: String
        package var progress: Progress
        /// When this coordinator sent the lease, or took it over after a restart.
        package var since: Instant
        /// When a heartbeat last brought another progress than the one before.
        package var advanced: Instant
    }

    /// A stage given up on, with the evidence, and how many others failed for the same reason.
    package struct FailedStage: Sendable {
        package var key: StageKey
        package var label: String
        /// Leases so far.
        package var attempts: Int
        package var failure: Failure
        /// This one, those below it, and those whose failure had the same cause and message.
        package var stages: Int
        /// Tasks that end with one of them.
        package var tasks: Int
    }

    /// Whether every sweep has come to its end.
    package var isIdle: Bool { runningSweeps == 0 }

    /// In order of submission.
    package func sweepStatuses(at now: Instant) -> [SweepStatus] {
        let live = liveWorkers(at: now)
        return sweeps.map { status(of: $0, live) }
    }

    /// Nil when there is no such sweep.
    package func sweepStatus(_ id: SweepID, at now: Instant) -> SweepStatus? {
        sweepIndex[id].map { status(of: sweeps[$0], liveWorkers(at: now)) }
    }

    /// Those that are connected or were lost, by name; then the latest that left, in order.
    package func workerStatuses(at now: Instant) -> [WorkerStatus] {
        let present = workers.keys.sorted().compactMap { name -> WorkerStatus? in
            guard let worker = workers[name] else { return nil }
            return WorkerStatus(
                name: name, host: worker.description.host, slots: worker.description.slots,
                state: isLost(worker, at: now) ? .lost : worker.isDraining ? .draining : .connected,
                lastSeen: worker.lastSeen, running: worker.leases.compactMap(runningStage))
        }
        return present + departed
    }

    /// Why stages were given up on, each reason once, under the first stage that has it; in order of submission, of one
    /// sweep or of all.
    package func failedStages(of sweep: SweepID? = nil) -> [FailedStage] {
        let wanted = sweep.map { sweepIndex[$0] }
        var reasons: OrderedDictionary<[String], FailedStage> = [:]
        for index in failedStages.sorted() {
            // A finished sweep has its results, whatever becomes of its stages for the sake of another.
            let memberships = stages[index].memberships.filter {
                (wanted == nil || $0.sweep == wanted) && sweeps[$0.sweep].state != .finished
            }
            let entry = stages[origin(ofFailure: index)]
            guard !memberships.isEmpty, let failure = entry.failure else { continue }
            let first = FailedStage(
                key: entry.key, label: entry.label, attempts: Int(clamping: entry.epoch), failure: failure, stages: 0,
                tasks: 0)
            let reason = [failure.cause.rawValue, failure.message]
            reasons[reason, default: first].stages += 1
            reasons[reason, default: first].tasks += memberships.reduce(0) { $0 + $1.tasks }
        }
        return Array(reasons.values)
    }

    /// What the stage is called in messages; its key's text where it is not known.
    package func label(of key: StageKey) -> String { stageIndex[key].map { stages[$0].label } ?? "\(key)" }

    /// How many of the sweep's stages are not finished and go on from a checkpoint.
    package func keptStages(of sweep: SweepID) -> Int {
        guard let sweep = sweepIndex[sweep] else { return 0 }
        return sweeps[sweep].stages.count { stages[$0].finished == nil && stages[$0].resume != nil }
    }

    /// What became of a stage; nil while it has no result. The whole outcome is in the store.
    package func finished(_ key: StageKey) -> FinishedStage? { stageIndex[key].flatMap { stages[$0].finished } }

    // MARK: - Private

    private func runningStage(_ stage: Int) -> RunningStage? {
        stages[stage].lease.map { lease in
            RunningStage(
                lease: LeaseID(stage: stages[stage].key, epoch: lease.epoch), label: stages[stage].label,
                progress: lease.progress, since: lease.granted, advanced: lease.advanced)
        }
    }

    /// The stage itself, or the failed one above it that it could not start from.
    private func origin(ofFailure stage: Int) -> Int {
        guard stages[stage].failure?.cause == .parent,
            let parent = stages[stage].parents.first(where: { stages[$0].failure != nil })
        else { return stage }
        return origin(ofFailure: parent)
    }

    /// The workers that can be counted on: their slots, and their capabilities in order.
    private func liveWorkers(at now: Instant) -> (slots: Int, capabilities: [Int]) {
        let live = workers.values.filter { !isLost($0, at: now) && !$0.isDraining }
        return (live.reduce(0) { $0 + $1.description.slots }, Set(live.map(\.capability)).sorted())
    }

    private func obstacle(of sweep: SweepEntry, _ live: [Int]) -> String? {
        guard sweep.state == .running, !live.isEmpty else { return nil }
        let stuck = sweep.unfinished.filter { entry in entry.value > 0 && !live.contains { covers[$0][entry.key] } }
        var names: [String] = []
        for stageClass in stuck.keys.sorted() {
            let missing = live.map { capabilities[$0].missing(for: classes[stageClass]) }
            // What no engine knows, or where each lacks something else, all of it together.
            let common = missing[0].filter { name in missing.allSatisfy { $0.contains(name) } }
            for name in common.isEmpty ? missing.flatMap(\.self) : common where !names.contains(name) {
                names.append(name)
            }
        }
        guard !stuck.isEmpty else { return nil }
        let count = stuck.values.reduce(0, +)
        let need = count == 1 ? "1 stage needs" : "\(count) stages need"
        return names.isEmpty
            ? "no connected worker that could run them was given a data directory, which \(need); start a worker with "
                + "--data DIR"
            : "no connected worker's engine knows \(names.joined(separator: ", ")), which \(need); start a worker whose "
                + "engine does"
    }

    private func status(of sweep: SweepEntry, _ live: (slots: Int, capabilities: [Int])) -> SweepStatus {
        let obstacle = obstacle(of: sweep, live.capabilities)
        var remaining: Duration?
        let known = sweep.unfinished.keys.compactMap { durations[$0].value }
        if sweep.state == .running, obstacle == nil, live.slots > 0, !known.isEmpty {
            // A class of which nothing has finished yet is taken to last as long as the others do.
            let typical = known.reduce(0, +) / Double(known.count)
            let work = sweep.unfinished.sorted { $0.key < $1.key }.reduce(0) { work, entry in
                work + Double(entry.value) * (durations[entry.key].value ?? typical)
            }
            remaining = .seconds(work / Double(live.slots))
        }
        return SweepStatus(
            id: sweep.id, name: sweep.name, state: sweep.state, tasks: sweep.taskCounts, stages: sweep.stageCounts,
            remaining: remaining, obstacle: obstacle)
    }
}
