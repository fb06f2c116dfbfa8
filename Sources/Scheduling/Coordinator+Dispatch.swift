internal import Sweep

// Which worker gets which stage.
extension Coordinator {
    /// Leases stages until either the stages that can be leased or the workers that would take them run out.
    ///
    /// A worker gets the first stage in order that its engine can run and that should fit into its remaining time; when
    /// none fits, the first one all the same, because a stage that does not finish hands over its checkpoint.
    mutating func dispatch(at now: Instant) {
        for capability in idle.capabilities {
            var setAside: [IdleQueue.Entry] = []
            while !ready.isEmpty, hasReadyStage(for: capability), let entry = idle.first(capability) {
                guard let worker = workers[entry.worker], worker.description.session == entry.session else {
                    idle.removeFirst(capability)
                    continue
                }
                guard isAvailable(worker, at: now) else {
                    // Back in the queue with its next heartbeat.
                    workers[entry.worker]?.isQueued = false
                    idle.removeFirst(capability)
                    continue
                }
                if let stage = choose(for: worker, at: now) {
                    grant(stage, to: holder(of: stage, at: now) ?? entry.worker, at: now)
                } else {
                    idle.removeFirst(capability)
                    setAside.append(entry)
                }
            }
            for entry in setAside { idle.putBack(entry, capability) }
        }
    }

    mutating func index(of stageClass: StageClass) -> Int {
        if let known = classIndex[stageClass] { return known }
        let index = classes.count
        classIndex[stageClass] = index
        classes.append(stageClass)
        durations.append(RecentMedian())
        for capability in capabilities.indices {
            covers[capability].append(capabilities[capability].covers(stageClass))
        }
        return index
    }

    mutating func index(of capability: Capability) -> Int {
        if let known = capabilityIndex[capability] { return known }
        let index = capabilities.count
        capabilityIndex[capability] = index
        capabilities.append(capability)
        covers.append(classes.map { capability.covers($0) })
        return index
    }

    // MARK: - Private

    private func hasReadyStage(for capability: Int) -> Bool {
        ready.readyClasses.contains { covers[capability][$0] }
    }

    private mutating func choose(for worker: WorkerEntry, at now: Instant) -> Int? {
        var best: (stage: Int, rank: Rank, fits: Bool)?
        for stageClass in Array(ready.readyClasses) where covers[worker.capability][stageClass] {
            guard let stage = first(in: stageClass, for: worker, at: now) else { continue }
            let rank = stages[stage].rank
            let fits = fits(stageClass, worker, at: now)
            if let best, (best.fits && !fits) || (best.fits == fits && best.rank < rank) { continue }
            best = (stage, rank, fits)
        }
        return best?.stage
    }

    /// The first stage of a class in order, or one that is its equal but for the sweep file's order and whose parent's
    /// checkpoint the worker has.
    private mutating func first(in stageClass: Int, for worker: WorkerEntry, at now: Instant) -> Int? {
        guard let first = firstNotAvoiding(worker, in: stageClass, at: now) else { return nil }
        for parent in worker.checkpoints.reversed() {
            guard let child = ready.first(in: stageClass, childOf: parent),
                stages[child].rank.isPeer(of: stages[first].rank), !avoids(child, worker, at: now)
            else { continue }
            return child
        }
        return first
    }

    /// Looks past a few stages that failed on this worker lately, so that another worker tries them next.
    private mutating func firstNotAvoiding(_ worker: WorkerEntry, in stageClass: Int, at now: Instant) -> Int? {
        var passed: [Int] = []
        defer { for stage in passed { enqueue(stage) } }
        while let stage = ready.first(in: stageClass) {
            if !avoids(stage, worker, at: now) { return stage }
            if passed.count == 8 { return nil }
            ready.remove(stage)
            passed.append(stage)
        }
        return nil
    }

    /// Only where there is another worker to try.
    private func avoids(_ stage: Int, _ worker: WorkerEntry, at now: Instant) -> Bool {
        guard let avoided = stages[stage].avoided, workers.count > 1 else { return false }
        return avoided.worker == worker.description.name && now < avoided.until
    }

    /// Whether the stage should end before the worker's machine is taken away; yes when either is not known.
    private func fits(_ stageClass: Int, _ worker: WorkerEntry, at now: Instant) -> Bool {
        guard let end = worker.end, let seconds = durations[stageClass].value else { return true }
        return now + .seconds(seconds) + settings.wallTimeMargin <= end
    }

    /// The worker that made what this stage starts from, if it would take the stage now.
    private func holder(of stage: Int, at now: Instant) -> String? {
        for parent in stages[stage].parents {
            guard let name = stages[parent].finished?.worker, let worker = workers[name],
                worker.checkpoints.contains(parent), isAvailable(worker, at: now),
                covers[worker.capability][stages[stage].stageClass],
                fits(stages[stage].stageClass, worker, at: now), !avoids(stage, worker, at: now)
            else { continue }
            return name
        }
        return nil
    }
}
