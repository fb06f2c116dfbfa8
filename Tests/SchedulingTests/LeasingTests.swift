import EspalierTestKit
import Scheduling
import Sweep
import Testing

/// Who gets what, in which order, and how a lease lives.
@Suite struct LeasingTests {
    @Test func neverMoreThanTheCredit() {
        var bench = Bench()
        bench.submit(.sample(seeds: 9))
        bench.hello("A", slots: 4)
        #expect(bench.beat("A", credit: 3).grants.count == 3)
        // The same heartbeat again: what was sent is still under way.
        #expect(bench.beat("A", credit: 3).grants.isEmpty)
        #expect(bench.beat("A", credit: 4).grants.count == 1)
        // More than its slots is more than it can mean.
        #expect(bench.beat("A", credit: 99).grants.isEmpty)
    }

    @Test func aStageWaitsForItsParents() {
        var bench = Bench()
        bench.submit(.sample(levels: 3))
        let first = bench.join("A", slots: 4).grants
        #expect(first.map(\.label) == ["train lenet-5 on mnist, seed 0"])
        #expect(first.map(\.inputs) == [[]])
        let next = bench.result(first[0].lease, from: "A").grants + bench.beat("A", credit: 4).grants
        #expect(next.count == 3)
        #expect(next.allSatisfy { $0.inputs == Outcome.sample.artifacts })
    }

    @Test func criticalPathThenPriorityThenSubmissionThenTaskOrder() {
        var bench = Bench()
        bench.submit(.sample(methods: ["a"], levels: 1, seeds: 2, network: "one"), id: "s1")
        bench.submit(.sample(methods: ["b"], levels: 1, seeds: 1, priority: 5, network: "two"), id: "s2")
        bench.submit(.sample(methods: ["c"], levels: 1, seeds: 1, network: "three"), id: "s3")
        var order: [String] = []
        var pending = bench.join("A").grants
        while let grant = pending.first {
            order.append(grant.label.replacing(" on mnist", with: ""))
            bench.result(grant.lease, from: "A")
            pending = bench.beat("A", credit: 1).grants
        }
        #expect(
            order == [
                "train two, seed 0", "train one, seed 0", "train one, seed 1", "train three, seed 0",
                "prune b 0, seed 0", "prune a 0, seed 1", "prune a 0, seed 0", "prune c 0, seed 0",
            ])
    }

    /// A later sweep with a higher priority pulls the stages it shares forward.
    @Test func aSharedStageTakesTheBetterRank() {
        var bench = Bench()
        bench.submit(.sample(seeds: 1, network: "other"), id: "s1")
        bench.submit(.sample(methods: ["a"], seeds: 1), id: "s2")
        bench.submit(.sample(methods: ["b"], seeds: 1, priority: 1), id: "s3")
        #expect(bench.join("A").grants.map(\.label) == ["train lenet-5 on mnist, seed 0"])
    }

    @Test func stagesGoWhereTheirParentIs() throws {
        var bench = Bench()
        bench.submit(.sample(levels: 2, seeds: 2))
        let forA = try #require(bench.join("A").grants.first)
        let forB = try #require(bench.join("B").grants.first)
        #expect(forA.label.hasSuffix("seed 0") && forB.label.hasSuffix("seed 1"))
        bench.result(forA.lease, from: "A")
        bench.result(forB.lease, from: "B")
        // By the file's order alone, B would get seed 0.
        #expect(bench.beat("B", credit: 1).grants.map(\.label) == ["prune magnitude-global 0, seed 1"])
        #expect(bench.beat("A", credit: 1).grants.map(\.label) == ["prune magnitude-global 0, seed 0"])
        // Better another machine than none.
        bench.hello("C", slots: 2)
        #expect(bench.beat("C", credit: 2).grants.map { $0.label.suffix(6) } == ["seed 0", "seed 1"])
    }

    @Test func anIdleWorkerThatHasTheParentComesFirst() throws {
        var bench = Bench()
        bench.submit(.sample(levels: 1))
        let grant = try #require(bench.join("B", slots: 2).grants.first)
        bench.join("A")
        bench.beat("B", credit: 1, running: [grant.lease])
        #expect(bench.result(grant.lease, from: "B").leasedTo == ["B"])
    }

    /// A described data set needs no entry in the engine: only the names of the catalogue are compared.
    @Test(arguments: [false, true]) func aDescribedDataSetGoesToAnyWorker(isDescribed: Bool) {
        var plan = Plan.sample(dataset: "own")
        if isDescribed {
            for index in plan.stages.indices {
                plan.stages[index].stage.dataset.description = DatasetDescription(
                    format: .idx, folder: "own", image: [1, 28, 28], classes: 10, mean: [0], deviation: [1])
            }
        }
        var bench = Bench()
        bench.submit(plan)
        let worker = WorkerDescription(
            name: "A", session: "a", host: "node-A", slots: 1, methods: [], datasets: ["digits", "mnist"])
        bench.handle(.hello(worker, running: [], from: .of("A", nil)))
        #expect(bench.beat("A", credit: 1).grants.count == (isDescribed ? 1 : 0))
    }

    @Test func workersGetOnlyWhatTheirEngineKnows() {
        var bench = Bench()
        bench.submit(.sample(methods: ["snip", "random"], levels: 1))
        let dense = bench.join("A", methods: ["random"]).grants
        #expect(dense.count == 1)
        bench.result(dense[0].lease, from: "A")
        #expect(bench.beat("A", credit: 1).grants.map(\.label) == ["prune random 0, seed 0"])
        bench.beat("A", credit: 1)
        // An engine that says nothing of itself takes anything.
        #expect(bench.join("B").grants.map(\.label) == ["prune snip 0, seed 0"])
        // A sweep with an engine of its own goes anywhere.
        bench.submit(.sample(methods: ["mine"], levels: 1, network: "theirs", engine: ["train.py"]), id: "s2")
        bench.hello("C", slots: 2, methods: ["random"])
        #expect(bench.beat("C", credit: 2).grants.map(\.label) == ["train theirs on mnist, seed 0"])
    }

    @Test func aWorkerWithoutDataTakesNoStageThatNeedsIt() {
        var bench = Bench()
        bench.submit(.sample(levels: 1))
        bench.hello("A", hasData: false)
        #expect(bench.beat("A", credit: 1).grants == [])
        #expect(
            bench.status()?.obstacle
                == "no connected worker that could run them was given a data directory, which 2 stages need; start a worker "
                + "with --data DIR")
        #expect(bench.join("B").grants.count == 1)
        #expect(bench.status()?.obstacle == nil)
    }

    /// Only while there are workers, and none of them knows what is left.
    @Test func whatNoEngineKnowsIsSaid() {
        var bench = Bench()
        bench.submit(.sample(methods: ["snip", "random"], levels: 2))
        #expect(bench.status()?.obstacle == nil)
        let dense = bench.join("A", methods: ["random"]).grants
        let sentence =
            "no connected worker's engine knows the method snip, which 2 stages need; start a worker whose engine does"
        #expect(bench.status()?.obstacle == sentence)
        // The rest is done; no time is foretold for what cannot be.
        bench.result(dense[0].lease, from: "A")
        #expect(bench.status()?.obstacle == sentence && bench.status()?.remaining == nil)
        bench.join("B", methods: ["snip"])
        #expect(bench.status()?.obstacle == nil && bench.status()?.remaining != nil)
        bench.beat("B", draining: true)
        #expect(bench.status()?.obstacle == sentence)
        bench.join("C")
        #expect(bench.status()?.obstacle == nil)
        bench.handle(.cancelled(SweepID("sweep-1")))
        bench.handle(.bye(from: .of("C", nil)))
        #expect(bench.status()?.obstacle == nil)
    }

    @Test func anObstacleNamesWhatIsMissing() {
        func obstacle(_ engines: [(methods: Set<String>, networks: Set<String>)], engine: [String] = []) -> String? {
            var bench = Bench()
            bench.submit(.sample(methods: ["snip"], levels: 1, network: "vgg-16", engine: engine))
            for (index, known) in engines.enumerated() {
                let worker = WorkerDescription(
                    name: "\(index)", session: "a", slots: 1, methods: known.methods, networks: known.networks)
                bench.handle(.hello(worker, running: [], from: .of("\(index)", nil)))
            }
            return bench.status()?.obstacle
        }
        let says = { (names: String, stages: String) in
            "no connected worker's engine knows \(names), which \(stages); start a worker whose engine does"
        }
        #expect(obstacle([(["random"], [])]) == says("the method snip", "1 stage needs"))
        #expect(obstacle([(["random"], ["lenet-5"])]) == says("the network vgg-16, the method snip", "2 stages need"))
        // Each knows half of it.
        #expect(
            obstacle([(["snip"], ["lenet-5"]), (["random"], ["vgg-16"])])
                == says("the network vgg-16, the method snip", "1 stage needs"))
        #expect(obstacle([(["random"], ["lenet-5"])], engine: ["train.py"]) == nil)
    }

    @Test func longStagesGoElsewhereWhenTimeIsShort() throws {
        var bench = Bench()
        bench.submit(.sample(methods: ["slow"], levels: 3, network: "n1"), id: "s1")
        bench.submit(.sample(methods: ["quick"], levels: 3, network: "n2"), id: "s2")
        bench.hello("A", slots: 2)
        for grant in bench.beat("A", credit: 2).grants { bench.result(grant.lease, from: "A") }
        // "slow" comes first in order, and takes an hour.
        let slow = try #require(bench.beat("A", credit: 1).grants.first)
        #expect(slow.label.contains("slow"))
        bench.result(slow.lease, from: "A", Outcome(seconds: 3600))
        bench.hello("B", slots: 4, remaining: .seconds(1800))
        let labels = bench.beat("B", credit: 4).grants.map(\.label)
        #expect(labels.prefix(3).allSatisfy { $0.contains("quick") })
        // Nothing else is left: it hands over its checkpoint when its time is up.
        #expect(labels.last?.contains("slow") == true)
        // A machine about to go gets nothing.
        #expect(bench.join("C", remaining: .seconds(30)).grants.isEmpty)
    }

    @Test func drainingWorkersGetNothing() {
        var bench = Bench()
        bench.submit(.sample())
        bench.hello("A")
        #expect(bench.beat("A", credit: 1, draining: true).grants.isEmpty)
        #expect(bench.coordinator.workerStatuses(at: bench.now).map(\.state) == [.draining])
    }

    @Test func aLeaseNotListedIsSentAgainWithItsEpoch() {
        var bench = Bench()
        bench.submit(.sample())
        let first = bench.join("A").grants
        bench.pass(9)
        #expect(bench.beat("A").grants.isEmpty)
        bench.pass(1)
        #expect(bench.beat("A").grants == first)
        bench.pass(5)
        #expect(bench.beat("A").grants.isEmpty)
        bench.beat("A", running: [first[0].lease])
        bench.pass(5)
        #expect(bench.beat("A", running: [first[0].lease]).grants.isEmpty)
    }

    @Test func heartbeatsRenewAndSilenceEnds() {
        var bench = Bench()
        bench.submit(.sample())
        let lease = bench.join("A").grants[0].lease
        for _ in 0..<40 {
            bench.pass(5)
            #expect(bench.beat("A", running: [lease]).records.isEmpty)
        }
        bench.pass(59)
        bench.handle(.tick)
        #expect(bench.coordinator.workerStatuses(at: bench.now)[0].running.map(\.lease) == [lease])
        bench.pass(1)
        let expired = bench.handle(.tick).records
        #expect(expired.count == 1)
        #expect(bench.coordinator.workerStatuses(at: bench.now)[0].running.isEmpty)
        let next = bench.join("B").grants.map(\.lease)
        #expect(next == [LeaseID(stage: lease.stage, epoch: 2)])
        // Back after all: it is told to stop.
        #expect(bench.beat("A", running: [lease]).revoked == [lease])
    }

    @Test func wakesForTheNextDeadline() {
        var bench = Bench()
        bench.submit(.sample())
        let wakes = bench.hello("A").compactMap { if case .wake(let at) = $0 { at } else { nil } }
        #expect(wakes == [bench.now + .seconds(60)])
        // At the worker's deadline there is a lease's too, ten seconds later.
        bench.pass(10)
        let lease = bench.beat("A", credit: 1).grants[0].lease
        bench.pass(50)
        let later = bench.handle(.tick).compactMap { if case .wake(let at) = $0 { at } else { nil } }
        #expect(later == [bench.now + .seconds(10)])
        bench.pass(10)
        #expect(bench.handle(.tick).news.contains(.expired(lease, worker: "A")))
    }
}
