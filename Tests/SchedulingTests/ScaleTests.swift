import EspalierTestKit
import Scheduling
import Sweep
import Testing

/// The cost of an event must not grow with the sweep or the cluster, beyond a logarithm.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct ScaleTests {
    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    /// Microseconds per event in the steady state, where every worker always has a stage: a result, and the heartbeat
    /// that asks for the next.
    private static func cost(levels: Int, seeds: Int, workers: Int, rounds: Int) throws -> Double {
        let plan = Plan.sample(methods: (0..<10).map { "method-\($0)" }, levels: levels, seeds: seeds)
        var coordinator = Coordinator(settings: Coordinator.Settings())
        var now = Instant(nanoseconds: 0)
        _ = coordinator.handle(.restored(Durable()), at: now)
        _ = coordinator.handle(.submitted(SweepID("scale"), plan: plan, cached: [:]), at: now)
        let peers = (0..<workers).map { Peer(routingID: [UInt8($0 >> 8), UInt8($0 & 255)]) }
        var held: [LeaseID?] = Array(repeating: nil, count: workers)
        func take(_ directives: [Directive]) {
            for case .send(.lease(let grant), let peer) in directives {
                held[Int(peer.routingID[0]) << 8 | Int(peer.routingID[1])] = grant.lease
            }
        }
        for (index, peer) in peers.enumerated() {
            let description = WorkerDescription(name: "worker-\(index)", session: "1", slots: 1)
            take(coordinator.handle(.hello(description, running: [], from: peer), at: now))
            take(coordinator.handle(.heartbeat(credit: 1, running: [], draining: false, from: peer), at: now))
        }
        let clock = ContinuousClock()
        var costs: [Double] = []
        for round in 0..<rounds {
            now = now + .milliseconds(1)
            let worker = round * 7919 % workers
            guard let lease = held[worker] else { continue }
            held[worker] = nil
            let begin = clock.now
            let first = coordinator.handle(
                .result(lease, .sample, artifactsPresent: true, from: peers[worker]), at: now)
            let second = coordinator.handle(
                .heartbeat(credit: 1, running: [], draining: false, from: peers[worker]), at: now)
            costs.append((clock.now - begin).inSeconds * 1e6 / 2)
            take(first)
            take(second)
        }
        try #require(costs.count > rounds / 2)
        return median(costs)
    }

    @Test func theCostOfAnEventDoesNotGrow() throws {
        _ = try Self.cost(levels: 5, seeds: 5, workers: 20, rounds: 200)
        let small = try Self.cost(levels: 10, seeds: 10, workers: 50, rounds: 900)
        let manyTasks = try Self.cost(levels: 100, seeds: 100, workers: 50, rounds: 3000)
        let manyWorkers = try Self.cost(levels: 25, seeds: 40, workers: 1000, rounds: 3000)
        for (name, cost) in [("1e3 tasks", small), ("1e5 tasks", manyTasks), ("1e3 workers", manyWorkers)] {
            print("\(name): \(Int(cost * 10) / 10) us an event, \(Int(1e6 / cost)) events/s")
        }
        #expect(manyTasks < 3 * small)
        #expect(manyWorkers < 3 * small)
    }
}
