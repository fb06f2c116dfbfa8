internal import Sweep

// What workers say about stages: results, failures, releases.
extension Coordinator {
    /// The first result of a stage counts, whoever brings it and under whatever epoch; a second one is kept beside it. Of
    /// a stage that was opened again, the first one of a lease given since.
    mutating func result(
        _ lease: LeaseID, _ outcome: Outcome, artifactsPresent: Bool, from peer: Peer, at now: Instant
    ) {
        guard let name = worker(at: peer, now) else { return }
        guard let stage = stageIndex[lease.stage], lease.epoch > 0, lease.epoch <= stages[stage].epoch else {
            return send(.resultAck(lease, .unknown), to: peer)
        }
        switch stages[stage].phase {
        case .unwanted:
            send(.resultAck(lease, .unknown), to: peer)
        case .done(let finished):
            acknowledge(lease, outcome, ofStage: stage, finishedAs: finished, worker: name, peer)
        case .waiting, .ready, .leased, .orphaned, .failed:
            if let last = stages[stage].reopened, lease.epoch <= last {
                return keepBeside(lease, outcome, ofStage: stage, worker: name, peer)
            }
            // The worker repeats the result until its artifacts have arrived.
            guard artifactsPresent else { return }
            accept(lease, outcome, ofStage: stage, worker: name)
            send(.resultAck(lease, .accepted), to: peer)
        }
    }

    /// A result that breaks the rules is its engine's failure. Its worker may forget it: it will not become better.
    mutating func refuse(_ lease: LeaseID, _ reason: String, from peer: Peer, at now: Instant) {
        guard worker(at: peer, now) != nil else { return }
        let message = "the coordinator refused the result: \(reason); use the same release of espalier everywhere"
        failure(lease, Failure(cause: .engineCrash, message: message), lost: [], from: peer, at: now)
        send(.resultAck(lease, .refused), to: peer)
    }

    /// Counts against the stage by its cause, if it comes from the stage's present lease.
    mutating func failure(
        _ lease: LeaseID, _ failure: Failure, lost: Set<String>, from peer: Peer, at now: Instant
    ) {
        guard let name = worker(at: peer, now), let stage = heldStage(lease, by: name) else { return }
        if failure.cause == .artifact, reopenParents(of: stage, lost: lost) {
            if let resume = stages[stage].resume, lost.contains(resume.sha256) { stages[stage].resume = nil }
            // Whoever held it holds it no more, also after a restart.
            persist(.resume(lease.stage, stages[stage].resume))
            return takeBack(stage)
        }
        persist(.failed(lease, failure, worker: name))
        takeBack(stage)
        switch failure.cause {
        case .storage:
            workers[name]?.passedOver = now + settings.backOff
        case .artifact:
            // The checkpoint of an earlier attempt may be what cannot be had: start afresh.
            stages[stage].resume = nil
            persist(.resume(lease.stage, nil))
            avoid(name, for: stage, at: now)
        case .timeLimit: break
        case .engineCrash, .outOfMemory, .invalidStage, .lostWorker, .parent:
            avoid(name, for: stage, at: now)
        }
        count(failure, against: stage)
    }

    /// The worker hands a stage back, with a checkpoint or without; nobody is to blame.
    mutating func released(_ lease: LeaseID, resume: ArtifactReference?, from peer: Peer, at now: Instant) {
        guard let name = worker(at: peer, now), let stage = heldStage(lease, by: name) else { return }
        if var resume {
            resume.role = "resume"
            stages[stage].resume = resume
            persist(.resume(lease.stage, resume))
        }
        tell(.released(lease, worker: name, hasCheckpoint: resume != nil))
        takeBack(stage)
    }

    /// Gives the stage up once its failures of one cause reach the limit.
    mutating func count(_ failure: Failure, against stage: Int) {
        let failures = stages[stage].failures[failure.cause, default: 0] + 1
        stages[stage].failures[failure.cause] = failures
        if let limit = settings.limits[failure.cause], failures >= limit { giveUp(stage, failure) }
    }

    // MARK: - Private

    private mutating func accept(_ lease: LeaseID, _ outcome: Outcome, ofStage stage: Int, worker name: String) {
        persist(.result(lease, outcome, worker: name))
        if let open = stages[stage].lease {
            if open.worker == name, open.epoch <= lease.epoch {
                removeLease(stage, from: name)
            } else {
                revokeLease(on: stage, reason: "a result of an earlier lease arrived")
            }
        }
        stages[stage].resume = nil
        stages[stage].reopened = nil
        stages[stage].lastWorker = nil
        durations[stages[stage].stageClass].add(outcome.seconds)
        set(.done(FinishedStage(outcome, worker: name, epoch: lease.epoch)), of: stage)
        workers[name]?.remember(checkpointOf: stage)
        placeChildren(of: stage)
    }

    private mutating func acknowledge(
        _ lease: LeaseID, _ outcome: Outcome, ofStage stage: Int, finishedAs finished: FinishedStage,
        worker name: String,
        _ peer: Peer
    ) {
        if finished.epoch == lease.epoch {
            send(.resultAck(lease, .accepted), to: peer)
        } else {
            keepBeside(lease, outcome, ofStage: stage, worker: name, peer)
        }
    }

    private mutating func keepBeside(
        _ lease: LeaseID, _ outcome: Outcome, ofStage stage: Int, worker name: String, _ peer: Peer
    ) {
        if !stages[stage].replicas.contains(lease.epoch) {
            stages[stage].replicas.append(lease.epoch)
            persist(.replica(lease, outcome, worker: name))
        }
        send(.resultAck(lease, .replica), to: peer)
    }

    /// The stage of a lease that this worker holds, or held before the coordinator restarted; else nil.
    private func heldStage(_ lease: LeaseID, by name: String) -> Int? {
        guard let stage = stageIndex[lease.stage], stages[stage].epoch == lease.epoch else { return nil }
        switch stages[stage].phase {
        case .leased(let open): return open.worker == name ? stage : nil
        case .orphaned: return stages[stage].lastWorker == name ? stage : nil
        default: return nil
        }
    }

    private mutating func avoid(_ name: String, for stage: Int, at now: Instant) {
        stages[stage].avoided = StageEntry.Avoidance(worker: name, until: now + settings.backOff)
    }
}
