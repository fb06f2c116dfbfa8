package import Scheduling
package import Sweep

/// The worker's side of the protocol, as small as it can be: no time of its own, every step asked for.
///
/// It keeps the rules the coordinator relies on: finished work is spooled and repeated until acknowledged, a lease heard
/// twice is one lease, a newer epoch of running work takes it over, and a stranger's answer makes it say hello.
package struct ModelWorker: Hashable, Sendable {
    /// What it sends; the network adds the connection.
    package enum Report: Hashable, Sendable {
        case hello(WorkerDescription, [LeaseStatus])
        case heartbeat(credit: Int, [LeaseStatus], draining: Bool)
        case result(LeaseID, Outcome, artifactsPresent: Bool)
        case failure(LeaseID, Failure)
        case released(LeaseID, ArtifactReference?)
        case bye

        /// - Parameter lost: What the coordinator's shell finds missing, of a failure.
        package func event(from peer: Peer, lost: Set<String> = []) -> CoordinatorEvent {
            switch self {
            case .hello(let description, let running): .hello(description, running: running, from: peer)
            case .heartbeat(let credit, let running, let draining):
                .heartbeat(credit: credit, running: running, draining: draining, from: peer)
            case .result(let lease, let outcome, let present):
                .result(lease, outcome, artifactsPresent: present, from: peer)
            case .failure(let lease, let failure): .failure(lease, failure, lost: lost, from: peer)
            case .released(let lease, let resume): .released(lease, resume: resume, from: peer)
            case .bye: .bye(from: peer)
            }
        }
    }

    package var description: WorkerDescription
    /// By stage, the epoch it works under.
    package private(set) var running: [StageKey: UInt64] = [:]
    /// On disk: survives the process.
    package private(set) var spool: [LeaseID: Outcome] = [:]
    /// Hashes of the artifacts it holds; on disk, too.
    package var cache: Set<String> = []
    package private(set) var isEstablished = false
    package var isDraining = false

    package init(_ description: WorkerDescription) { self.description = description }

    /// Stages in a fixed order.
    package var runningStages: [StageKey] { running.keys.sorted() }

    /// The process dies and starts again: only the spool is left.
    package mutating func restart(session: String) {
        description.session = session
        running = [:]
        isEstablished = false
        isDraining = false
    }

    /// The connection is gone.
    package mutating func disconnect() { isEstablished = false }

    /// What it says every interval.
    package func beat() -> [Report] {
        guard isEstablished else { return [.hello(description, statuses)] }
        return [heartbeat] + repeated
    }

    package mutating func finish(_ stage: StageKey, _ outcome: Outcome) -> [Report] {
        guard let epoch = running.removeValue(forKey: stage) else { return [] }
        let lease = LeaseID(stage: stage, epoch: epoch)
        spool[lease] = outcome
        cache.formUnion(outcome.artifacts.map(\.sha256))
        return isEstablished ? [.result(lease, outcome, artifactsPresent: true), heartbeat] : []
    }

    package mutating func fail(_ stage: StageKey, _ failure: Failure) -> [Report] {
        guard let epoch = running.removeValue(forKey: stage) else { return [] }
        return isEstablished ? [.failure(LeaseID(stage: stage, epoch: epoch), failure), heartbeat] : []
    }

    /// A report as it goes out, given what the coordinator has: a result whose artifacts are lost is given up.
    package mutating func handIn(_ report: Report, shelf: Set<String>) -> Report {
        guard case .result(let lease, let outcome, _) = report,
            !outcome.artifacts.allSatisfy({ cache.contains($0.sha256) || shelf.contains($0.sha256) })
        else { return report }
        spool[lease] = nil
        return .failure(lease, Failure(cause: .artifact, message: "the result's artifact is lost"))
    }

    /// Hands everything back, in order, and leaves.
    package mutating func drain(resume: ArtifactReference?) -> [Report] {
        isDraining = true
        var reports: [Report] = [heartbeat]
        for stage in runningStages {
            guard let epoch = running.removeValue(forKey: stage) else { continue }
            reports.append(.released(LeaseID(stage: stage, epoch: epoch), resume))
        }
        return isEstablished ? reports + [.bye] : []
    }

    /// Takes a message; `started` is the stage that begins to run because of it.
    ///
    /// - Parameter shelf: The artifacts the coordinator has.
    package mutating func receive(
        _ message: Message, shelf: Set<String>
    ) -> (reports: [Report], started: StageKey?) {
        switch message {
        case .helloOK(_, let dropped):
            isEstablished = true
            for lease in dropped { stop(lease) }
            return ([heartbeat] + repeated, nil)
        case .helloAgain:
            isEstablished = false
            return ([.hello(description, statuses)], nil)
        case .refused:
            isEstablished = false
        case .lease(let grant):
            return take(grant, shelf)
        case .resultAck(let lease, _):
            spool[lease] = nil
        case .revoke(let lease, _):
            stop(lease)
        case .heartbeatAck: break
        }
        return ([], nil)
    }

    // MARK: - Private

    private var statuses: [LeaseStatus] {
        runningStages.map { LeaseStatus(lease: LeaseID(stage: $0, epoch: running[$0] ?? 0)) }
    }

    private var heartbeat: Report {
        .heartbeat(
            credit: isDraining ? 0 : max(0, description.slots - running.count), statuses, draining: isDraining)
    }

    private var repeated: [Report] {
        spool.sorted { $0.key.stage < $1.key.stage || $0.key.stage == $1.key.stage && $0.key.epoch < $1.key.epoch }
            .map { .result($0.key, $0.value, artifactsPresent: true) }
    }

    private mutating func take(_ grant: Grant, _ shelf: Set<String>) -> (reports: [Report], started: StageKey?) {
        let lease = grant.lease
        if let epoch = running[lease.stage] {
            running[lease.stage] = max(epoch, lease.epoch)
        } else if let known = spool.first(where: { $0.key.stage == lease.stage }) {
            return ([.result(known.key, known.value, artifactsPresent: true)], nil)
        } else if running.count < description.slots, !isDraining, isEstablished {
            let inputs = grant.inputs.filter { $0.role == "checkpoint" }.map(\.sha256)
            guard inputs.allSatisfy({ cache.contains($0) || shelf.contains($0) }) else {
                return ([.failure(lease, Failure(cause: .artifact, message: "an input is lost"))], nil)
            }
            cache.formUnion(inputs)
            running[lease.stage] = lease.epoch
            return ([], lease.stage)
        } else {
            return ([.released(lease, nil)], nil)
        }
        return ([], nil)
    }

    private mutating func stop(_ lease: LeaseID) {
        guard let epoch = running[lease.stage], epoch <= lease.epoch else { return }
        running[lease.stage] = nil
    }
}
