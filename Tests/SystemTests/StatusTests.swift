import Foundation
import Testing

/// What the coordinator's log and `espalier status` say of workers that come, are killed, and leave.
@Suite(.serialized, .timeLimit(.minutes(2))) struct StatusTests {
    @Test func aKilledWorkerInTheLogAndInTheStatus() async throws {
        try await withCluster { cluster in
            let log = cluster.directory.appendingPathComponent("engine.log")
            try await cluster.startCoordinator("--lease", "3", "--heartbeat", "0.5")
            let coordinator = try #require(cluster.coordinator)
            // Nothing waits for a worker.
            #expect(try await !cluster.espalier("status").contains("espalier worker"))
            let sweep = try await cluster.submit(SampleSweep.fake(log: log, steps: 20, milliseconds: 100))
            #expect(try await cluster.espalier("status").contains("no worker has connected yet: espalier worker"))
            let victim = try await cluster.startWorker("victim")
            try await victim.said("connected to the coordinator")
            try await victim.said("stage started")
            // Listed by a heartbeat, so that the lease counts as begun.
            try await cluster.status { $0.contains("running for") && $0.contains("training") }
            #expect(try await cluster.espalier("status", "--json").contains("\"fence\" : 1"))
            victim.signal(SIGKILL)
            try await coordinator.said("worker lost")
            #expect(try await cluster.espalier("status").contains("no worker is connected: espalier worker"))
            #expect(try await cluster.espalier("status").contains(/\nvictim +lost +\d+ s ago/))

            let other = try await cluster.startWorker("other", slots: 2)
            try await cluster.espalier("watch", sweep)
            other.signal(SIGTERM)
            #expect(await other.ended() == 0)
            try await coordinator.said("worker left")
            let status = try await cluster.espalier("status")
            #expect(status.contains(/\nother +left +\d+ s ago/))
            #expect(!status.contains("no worker"))

            var rest = coordinator.log[...]
            for message in [
                "coordinator listening", "sweep submitted", "worker joined", "lease granted", "worker lost",
                "lease expired", "stage failed", "worker joined", "lease granted", "stage done", "sweep finished",
                "worker draining", "worker left",
            ] {
                let found = try #require(rest.range(of: message), "\(message) in \(coordinator.log)")
                rest = rest[found.upperBound...]
            }
        }
    }

    /// The reason of all the tasks that have no result is said once.
    @Test func whyTasksFailed() async throws {
        try await withCluster { cluster in
            let log = cluster.directory.appendingPathComponent("engine.log")
            try await cluster.startCoordinator()
            try await cluster.startWorker("node-1", slots: 2)
            let yaml = SampleSweep.fake(log: log).replacing("\"--log\"", with: "\"--fault\", \"invalid\", \"--log\"")
            let sweep = try await cluster.submit(yaml)
            let watch = try Program(["watch", sweep, "--state", cluster.state])
            #expect(await watch.ended() == 1)
            let status = try await cluster.espalier("status")
            #expect(status.components(separatedBy: "no such method in this engine").count == 2, "\(status)")
            #expect(status.contains("8 tasks failed: ") && status.contains(" and 9 more; invalid-stage, 2 attempts)"))
            #expect(watch.log.contains("0 of 10 stages (0 %)  10 failed  failed"), "\(watch.log)")
            #expect(watch.log.contains(" failed: 8 of 8 tasks are without a result ("), "\(watch.log)")
            let file = cluster.directory.appendingPathComponent("sweep.yaml").path
            #expect(try await cluster.espalier("submit", file).contains("\(sweep) had failed and is tried again: "))
        }
    }

    /// Where nobody redraws a block, a line tells of it, once per lease.
    @Test func anEngineThatHangs() async throws {
        try await withCluster { cluster in
            let log = cluster.directory.appendingPathComponent("engine.log")
            let yaml = SampleSweep.fake(log: log).replacing("\"--log\"", with: "\"--fault\", \"hang\", \"--log\"")
            try cluster.write(yaml, "sweep.yaml")
            let file = cluster.directory.appendingPathComponent("sweep.yaml").path
            let run = try Program(["run", file, "--state", cluster.state, "--slots", "1"])
            try await run.said("train lenet-300-100 on digits, seed 0 on local: ")
            #expect(run.log.contains(/, silent for 3\d s, running for 3\d s\n/), "\(run.log)")
            let status = try await cluster.espalier("status")
            #expect(
                status.contains(/train lenet-300-100 on digits, seed 0 .*, silent for 3\d s .*3\d s\n/), "\(status)")
            run.signal(SIGINT)
            await run.ended()
            #expect(run.log.components(separatedBy: "seed 0 on local: ").count == 2, "\(run.log)")
        }
    }

    /// The key is another worker's, which is connected: said to the second one, which does not blame the coordinator.
    @Test func aKeyThatIsInUse() async throws {
        try await withCluster { cluster in
            try await cluster.startCoordinator()
            let first = try await cluster.startWorker("w1")
            try await first.said("connected to the coordinator")
            let key = cluster.directory.appendingPathComponent("w1.key").path
            let second = try await cluster.startWorker("w2", arguments: ["--key", key])
            try await second.said("the coordinator refuses this worker: a worker named 'w1' is connected from ")
            try await cluster.coordinator?.said("worker turned away")
            second.signal(SIGTERM)
            await second.ended()
            #expect(!second.log.contains("no coordinator at"))
        }
    }
}

extension Cluster {
    /// Asks for the status until it says what is waited for.
    fileprivate func status(_ holds: (String) -> Bool) async throws {
        while true {
            if holds(try await espalier("status")) { return }
            try Task.checkCancellation()
        }
    }
}
