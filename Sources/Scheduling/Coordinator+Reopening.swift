package import Sweep

// Done means that the checkpoint is there: finished stages that run again.
extension Coordinator {
    /// Opens a finished stage again; its children wait for it, except those under way or done. Those stay as they are even
    /// where another machine makes other bits of the stage than the first one did.
    ///
    /// The result it has is what people see until the next one replaces it, but no lease given so far can finish the stage
    /// any more. Sweeps that have finished are not concerned: what they measured stays measured.
    mutating func reopen(_ stage: Int) {
        guard let finished = stages[stage].finished else { return }
        if let epoch = finished.epoch { stages[stage].replicas.append(epoch) }
        stages[stage].reopened = stages[stage].epoch
        persist(.reopened(LeaseID(stage: stages[stage].key, epoch: stages[stage].epoch)))
        place(stage)
        placeChildren(of: stage)
    }

    /// The next lease on an unfinished stage that nobody holds goes on from nothing, and no earlier one can finish it.
    mutating func forgetAttempts(at stage: Int) {
        switch stages[stage].phase {
        case .done, .leased, .orphaned: return
        case .waiting, .ready, .failed, .unwanted: break
        }
        guard stages[stage].epoch > 0 else { return }
        stages[stage].resume = nil
        stages[stage].lastWorker = nil
        stages[stage].reopened = stages[stage].epoch
        persist(.reopened(LeaseID(stage: stages[stage].key, epoch: stages[stage].epoch)))
    }

    /// Opens the parents of a stage again whose checkpoints are lost.
    ///
    /// Every loss counts as a failure of the parent: a store that loses whatever is written to it must not train for ever.
    ///
    /// - Returns: Whether the stage lacks what it starts from. Then neither it nor its worker is to blame.
    mutating func reopenParents(of stage: Int, lost: Set<String>) -> Bool {
        for parent in stages[stage].parents {
            guard let finished = stages[parent].finished,
                finished.artifacts.contains(where: { $0.role == "checkpoint" && lost.contains($0.sha256) })
            else { continue }
            reopen(parent)
            let loss = Failure(
                cause: .artifact,
                message:
                    "its checkpoint was missing or damaged in the coordinator's store when it was needed; check the "
                    + "disk that holds the state directory")
            persist(
                .failed(LeaseID(stage: stages[parent].key, epoch: stages[parent].epoch), loss, worker: finished.worker))
            count(loss, against: parent)
        }
        return !lost.isEmpty || stages[stage].parents.contains { stages[$0].finished == nil }
    }

    /// What a lease on the stage starts from now: the parents' checkpoints, and that of a released attempt.
    func inputs(of stage: Int) -> [ArtifactReference] {
        let checkpoints = stages[stage].parents.flatMap { parent in
            (stages[parent].finished?.artifacts ?? []).filter { $0.role == "checkpoint" }
        }
        return checkpoints + [stages[stage].resume].compactMap(\.self)
    }

    /// The same of a lease that is open; empty where it is not.
    package func inputs(of lease: LeaseID) -> [ArtifactReference] {
        guard let stage = stageIndex[lease.stage], stages[stage].epoch == lease.epoch else { return [] }
        switch stages[stage].phase {
        case .leased, .orphaned: return inputs(of: stage)
        case .waiting, .ready, .done, .failed, .unwanted: return []
        }
    }
}
