import Foundation
import Logging
import Sweep
import Testing
import Wire
import Worker
import ZeroMQ

@Suite(.timeLimit(.minutes(1))) struct WorkerTrouble {
    struct Fault: Sendable, CustomTestStringConvertible {
        var name: String
        var cause: WireFailureCause
        var words: String
        var testDescription: String { name }
    }

    static let faults = [
        Fault(name: "crash", cause: .engineCrash, words: "signal 11, SIGSEGV"),
        Fault(name: "kill", cause: .engineCrash, words: "signal 9, SIGKILL"),
        Fault(name: "exit", cause: .engineCrash, words: "exit code 3"),
        Fault(name: "out-of-memory", cause: .outOfMemory, words: "ran out of memory"),
        Fault(name: "garbage", cause: .engineCrash, words: "'loss is 0.3, going fine {'"),
        Fault(name: "huge-line", cause: .engineCrash, words: "a line of more than 1048576 bytes"),
        Fault(name: "invalid", cause: .invalidStage, words: "no such method in this engine"),
    ]

    @Test(arguments: faults)
    func aFaultyEngineFailsItsStageWithEvidenceAndTheNextOneRuns(fault: Fault) async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let coordinator = try await bench.coordinator()
        let once = ["--fault", fault.name, "--once", "\(bench.directory)/once"]
        let worker = try bench.worker(at: coordinator.endpoint, engine: once)
        try await bench.working(worker) {
            _ = try await coordinator.heartbeat()
            let key = try coordinator.lease(.example())
            let failure = try await coordinator.failure()
            #expect(failure.stageKey == key && failure.epoch == 1 && failure.cause == fault.cause)
            #expect(failure.message.contains(fault.words))
            // What a living engine wrote on stderr may come after what it wrote on stdout.
            if fault.cause != .invalidStage {
                #expect(failure.evidence.contains("about to show fault '\(fault.name)'"))
            }
            try coordinator.lease(.example(), epoch: 2)
            let result = try await coordinator.result()
            #expect(result.stageKey == key && result.epoch == 2)
        }
        try await coordinator.stop()
    }

    /// As an earlier release spooled it: the worker that starts on it reports it once, and goes on.
    @Test func aSpooledResultThatBreaksTheRulesIsReportedAndRemoved() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        var result = WireStageResult()
        result.stageKey = StageKey(hashing: "old").hex
        result.epoch = 3
        result.outcome.status = "ok"
        result.outcome.measures = ["test_accuracy": .nan]
        try FileManager.default.createDirectory(atPath: "\(bench.spool)/results", withIntermediateDirectories: true)
        try Data(result.line.utf8).write(to: URL(fileURLWithPath: "\(bench.spool)/results/\(result.stageKey)-3.json"))
        let coordinator = try await bench.coordinator()
        let worker = try bench.worker(at: coordinator.endpoint)
        try await bench.working(worker) {
            #expect(try await coordinator.hello().running.map(\.stageKey) == [result.stageKey])
            let failure = try await coordinator.failure()
            #expect(failure.stageKey == result.stageKey && failure.epoch == 3 && failure.cause == .engineCrash)
            #expect(failure.message.contains("test_accuracy is nan"))
            #expect(bench.spooled.isEmpty)
            try coordinator.lease(.example())
            #expect(try await coordinator.result().outcome.status == "ok")
        }
        try await coordinator.stop()
    }

    /// A worker that fails every stage it is given for want of a place to write is worse than none.
    @Test(arguments: ["", "/stages", "/results"]) func aSpoolTakenAwayEndsTheWorker(folder: String) async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let coordinator = try await bench.coordinator()
        let worker = try bench.worker(at: coordinator.endpoint)
        let run = Task { try await worker.run() }
        _ = try await coordinator.heartbeat()
        try coordinator.lease(.example())
        #expect(try await coordinator.result().outcome.status == "ok")
        try FileManager.default.removeItem(atPath: bench.spool + folder)
        // Nobody asks it to leave, unless the suite's time limit is over.
        let error = await #expect(throws: WorkerError.self) {
            try await withTaskCancellationHandler {
                try await run.value
            } onCancel: {
                worker.drain()
                worker.drain()
            }
        }
        #expect(error?.message.contains(bench.spool) == true)
        #expect(error?.message.contains("start the worker again") == true)
        try await coordinator.stop()
    }

    @Test func aDamagedLeaseIsRefused() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let coordinator = try await bench.coordinator()
        let worker = try bench.worker(at: coordinator.endpoint)
        try await bench.working(worker) {
            _ = try await coordinator.heartbeat()
            coordinator.say {
                $0.lease.stageKey = StageKey(hashing: "one thing").hex
                $0.lease.epoch = 1
                $0.lease.stage = "another"
            }
            #expect(try await coordinator.failure().cause == .invalidStage)
        }
        try await coordinator.stop()
    }

    @Test func anEngineThatCannotBeStartedFailsItsStage() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let coordinator = try await bench.coordinator()
        let worker = try bench.worker(at: coordinator.endpoint)
        try await bench.working(worker) {
            _ = try await coordinator.heartbeat()
            try coordinator.lease(.example(), engine: ["/nowhere/train.py"])
            let failure = try await coordinator.failure()
            #expect(failure.cause == .engineCrash && failure.message.contains("/nowhere/train.py"))
        }
        try await coordinator.stop()
    }

    @Test func anUnknownKeyEndsTheWorkerWithARemedy() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let coordinator = try await bench.coordinator(admits: CurveKeypair.generate().publicKey)
        let exit = try await bench.worker(at: coordinator.endpoint).run()
        #expect(exit.code == 1)
        #expect(exit.sentence.contains("does not accept the key in \(bench.keyPath)"))
        #expect(exit.sentence.contains("espalier keys add worker bench-1"))
        try await coordinator.stop()
    }

    @Test(arguments: [WireRefused.Reason.protocolVersion, .revoked, .wrongName, .wrongRole])
    func aRefusalEndsTheWorkerWithTheCoordinatorsSentence(reason: WireRefused.Reason) async throws {
        let bench = try Bench()
        defer { bench.remove() }
        var refusal = WireRefused()
        refusal.reason = reason
        refusal.message = "not you, for a reason; do something"
        let coordinator = try await bench.coordinator(habits: .init(refusal: refusal))
        let exit = try await bench.worker(at: coordinator.endpoint).run()
        #expect(exit.code == 1 && exit.sentence == "not you, for a reason; do something")
        try await coordinator.stop()
    }

    @Test func anEngineThatDoesNotWorkIsOneSentence() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        for (command, words) in [
            (["/nowhere/engine"], "there is no such program"),
            (["/bin/false"], "it ended without describing itself (exit code 1)"),
            (["/bin/echo", "hello"], "with something else"),
        ] {
            var configuration = try WorkerConfiguration(coordinator: "tcp://127.0.0.1:1", keyPath: bench.keyPath)
            configuration.spoolDirectory = bench.spool
            configuration.engine = command
            let worker = try WorkerService(configuration, logger: .init(label: "test"))
            let error = await #expect(throws: WorkerError.self) { try await worker.run() }
            #expect(error?.code == .engine)
            #expect(error?.message.contains(words) == true && error?.message.contains("--engine") == true)
        }
    }

    @Test func aSpoolHasOneWorker() throws {
        let bench = try Bench()
        defer { bench.remove() }
        let first = try bench.worker(at: "tcp://127.0.0.1:1")
        let error = #expect(throws: WorkerError.self) { try bench.worker(at: "tcp://127.0.0.1:1") }
        #expect(error?.code == .spoolInUse)
        #expect(error?.message.contains("process \(getpid())") == true)
        withExtendedLifetime(first) {}
    }

    @Test func aConfigurationThatCannotWorkIsOneSentence() throws {
        let bench = try Bench()
        defer { bench.remove() }
        let changes: [(String, @Sendable (inout WorkerConfiguration) -> Void)] = [
            ("'head' is not", { $0.coordinator = "head" }), ("0 slots", { $0.slots = 0 }),
            ("'gpu'", { $0.devices = ["gpu"] }), ("no support for GPUs yet", { $0.devices = ["cpu", "cuda:0"] }),
            ("/nowhere", { $0.dataDirectory = "/nowhere" }), ("empty", { $0.engine = [] }),
            ("role operator", { $0.key.role = .operator }), ("/proc/spool", { $0.spoolDirectory = "/proc/spool" }),
        ]
        for (words, change) in changes {
            var configuration = try WorkerConfiguration(coordinator: "tcp://127.0.0.1:1", keyPath: bench.keyPath)
            configuration.spoolDirectory = bench.spool
            change(&configuration)
            let error = #expect(throws: WorkerError.self) {
                try WorkerService(configuration, logger: .init(label: "test"))
            }
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
    }

    @Test func theEndOfASlurmJobIsRead() {
        let now = Date(timeIntervalSince1970: 1000)
        #expect(
            WorkerConfiguration.remainingSlurmTime(environment: ["SLURM_JOB_END_TIME": "1600"], now: now)
                == .seconds(600))
        for odd in ["soon", "nan", "inf", "1e300", "-5", "99999999999999999999999"] {
            #expect(WorkerConfiguration.remainingSlurmTime(environment: ["SLURM_JOB_END_TIME": odd], now: now) == nil)
        }
        #expect(WorkerConfiguration.remainingSlurmTime(environment: [:], now: now) == nil)
    }
}
