import EspalierTestKit
import Scheduling
import Sweep
import Testing

/// Random events in random order: whatever happens, nothing is lost and nothing is too much.
@Suite struct WorkerSessionRandom {
    /// What the disk and the engines would hold, kept by obeying the directives.
    struct World {
        var engines: [Int: Assignment] = [:]
        var spool: Set<LeaseID> = []
        var unspooled: [LeaseID] = []
        var transfers: Set<String> = []
        var finished: Set<LeaseID> = []
        var acknowledged: Set<LeaseID> = []
        var problems: [String] = []

        mutating func obey(_ directives: [WorkerDirective], slots: Int) {
            for directive in directives {
                switch directive {
                case .startEngine(let slot, let assignment):
                    if engines[slot] != nil { problems.append("slot \(slot) was started twice") }
                    engines[slot] = assignment
                case .spool(let result):
                    unspooled.append(result.lease)
                    finished.insert(result.lease)
                case .fetch(let artifact), .upload(let artifact): transfers.insert(artifact.sha256)
                case .forget(let lease):
                    if !acknowledged.contains(lease) { problems.append("\(lease) was forgotten unacknowledged") }
                    spool.remove(lease)
                case .send(.result(let result)):
                    if !spool.contains(result.lease) {
                        problems.append("\(result.lease) was sent before it was spooled")
                    }
                case .send(.heartbeat(let credit, _, _)):
                    if credit > slots - engines.count {
                        problems.append("credit \(credit) with \(engines.count) running")
                    }
                default: break
                }
            }
            if engines.count > slots { problems.append("\(engines.count) engines in \(slots) slots") }
        }

        mutating func vacate(_ stage: StageKey) {
            for (slot, assignment) in engines where assignment.lease.stage == stage { engines[slot] = nil }
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func keepsItsPromises(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let slots = Int.random(in: 1...3, using: &random)
        var harness = SessionHarness(slots: slots)
        var world = World()
        for _ in 0..<400 {
            harness.now = harness.now + .milliseconds(Int.random(in: 0...1500, using: &random))
            if !world.unspooled.isEmpty, Bool.random(using: &random) {
                let lease = world.unspooled.removeFirst()
                world.spool.insert(lease)
                world.obey(harness.hear(.spooled(lease)), slots: slots)
                continue
            }
            let event = event(&world, &random)
            world.obey(harness.hear(event, jitter: Double.random(in: 0..<1, using: &random)), slots: slots)
        }
        #expect(world.problems.isEmpty)
        let held = Set(harness.session.unacknowledged.map(\.lease))
        #expect(world.finished.subtracting(world.acknowledged).isSubset(of: held))
        // An acknowledgement that came before the file was complete does not end its stay.
        #expect(world.spool.isSubset(of: held))
        #expect(harness.session.credit <= slots - world.engines.count)
    }

    private func event(_ world: inout World, _ random: inout SeededGenerator) -> WorkerEvent {
        let name = "stage \(Int.random(in: 0..<6, using: &random))"
        let lease = LeaseID(stage: key(name), epoch: UInt64.random(in: 1...40, using: &random))
        let running = world.engines.values.map(\.lease).sorted { $0.stage < $1.stage }.randomElement(using: &random)
        let input = artifact("input \(Int.random(in: 0..<3, using: &random))")
        switch Int.random(in: 0..<16, using: &random) {
        case 0: return .tick
        case 1, 2: return .connected
        case 3: return Int.random(in: 0..<4, using: &random) == 0 ? .disconnected : .tick
        case 4, 5:
            return .received(.helloOK(heartbeat: .seconds(5), dropped: Bool.random(using: &random) ? [] : [lease]))
        case 6: return .received(.helloAgain)
        case 7, 8:
            let inputs = Bool.random(using: &random) ? [input] : []
            return .received(.lease(Assignment(lease: lease, stage: name, inputs: inputs)))
        case 9: return .received(.revoke(lease, reason: "random"))
        case 10:
            guard let sent = world.spool.sorted(by: { $0.stage < $1.stage }).randomElement(using: &random) else {
                return .tick
            }
            world.acknowledged.insert(sent)
            return .received(.resultAck(sent, .accepted))
        case 11: return .fetched(sha256: input.sha256)
        case 12:
            guard let sha = world.transfers.sorted().randomElement(using: &random) else { return .tick }
            return .uploaded(sha256: sha)
        case 13:
            guard let running else { return .tick }
            world.vacate(running.stage)
            return .failed(running.stage, Failure(cause: .engineCrash, message: "random"))
        case 14:
            guard let running else { return .tick }
            world.vacate(running.stage)
            return .stopped(running.stage, resume: nil, step: 1)
        default:
            guard let running else { return .received(.heartbeatAck) }
            world.vacate(running.stage)
            return .finished(running.stage, Outcome(artifacts: [artifact(name)]))
        }
    }
}
