import Foundation
import Scheduling
import Sweep
import Synchronization
import Testing
import Wire

@testable import Worker

@Suite struct LineSplitting {
    @Test(arguments: [1, 2, 3, 7, 100])
    func linesDoNotDependOnHowTheBytesCame(size: Int) {
        var splitter = LineSplitter(limit: 10)
        let bytes = Array("one\n\ntwo and\nmuch too long a line\nthree\nfour".utf8)
        var lines: [LineSplitter.Line] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            lines += splitter.append(bytes[start..<min(start + size, bytes.count)])
        }
        lines += splitter.finish()
        let expected: [LineSplitter.Line] = [
            .text("one"), .text("two and"), .tooLong(beginning: "much too lo"), .text("three"), .text("four"),
        ]
        #expect(lines == expected)
    }

    @Test func theTailKeepsTheLastLines() {
        var tail = StderrTail()
        for number in 0..<100 { tail.append("line \(number)\n".utf8) }
        tail.append("unfinished".utf8)
        let lines = tail.text.split(separator: "\n")
        #expect(lines.count == StderrTail.lines)
        #expect(lines.last == "unfinished" && lines.first == "line 37")
    }
}

@Suite struct Refusals {
    /// A message that the coordinator did not understand is no reason for a worker to leave for good.
    @Test(arguments: [
        (WireRefused.Reason.malformed, true), (.duplicateWorker, true), (.revoked, false), (.wrongRole, false),
    ])
    func someMayPass(reason: WireRefused.Reason, retry: Bool) throws {
        var envelope = WireFromCoordinator()
        envelope.protocolVersion = WireProtocol.version
        envelope.refused.reason = reason
        envelope.refused.message = "not now"
        #expect(try ControlFrame(envelope.frame).message == .refused(retry: retry, sentence: "not now"))
    }
}

@Suite struct EngineExits {
    @Test(arguments: [
        (EngineExit.signalled(SIGKILL), UInt64(0), "", Failure.Cause.engineCrash),
        (.signalled(SIGKILL), 1, "", .outOfMemory),
        (.signalled(SIGSEGV), 1, "", .engineCrash),
        (.signalled(SIGABRT), 0, "terminate called after throwing an instance of 'std::bad_alloc'", .outOfMemory),
        (.exited(1), 0, "torch.OutOfMemoryError: CUDA out of memory.", .outOfMemory),
        (.exited(1), 0, "KeyError: 'loss'", .engineCrash),
        (.exited(0), 0, "out of memory", .engineCrash),
        (.notStarted(reason: "there is no such program"), 3, "", .engineCrash),
    ])
    func areBlamedByCause(exit: EngineExit, oomKills: UInt64, stderr: String, cause: Failure.Cause) {
        let failure = exit.failure(program: "engine", oomKills: oomKills, stderr: stderr)
        #expect(failure.cause == cause)
        #expect(failure.evidence == stderr)
        #expect(failure.message.contains(exit.description))
    }
}

@Suite struct Spooling {
    private func folder() throws -> String {
        let path = NSTemporaryDirectory() + "espalier-spool-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    private var result: SpooledResult {
        let outcome = Outcome(
            status: .collapsed, note: "a layer is empty", measures: ["sparsity": 0.95, "test_loss": 2.5],
            artifacts: [ArtifactReference(role: "checkpoint", sha256: StageKey(hashing: "c").hex, size: 12)],
            layers: [.init(parameter: "fc1.weight", total: 10, nonzero: 1)],
            epochs: [
                .init(
                    phase: "training", epoch: 3, learningRate: 0.1, trainingLoss: 1, validationLoss: 2,
                    validationAccuracy: 0.5)
            ], seconds: 1.5, environment: "here")
        return SpooledResult(lease: LeaseID(stage: StageKey(hashing: "s"), epoch: 3), outcome: outcome)
    }

    @Test func aResultComesBackAsItWas() throws {
        let spool = ResultSpool(directory: try folder())
        try spool.write(result)
        #expect(spool.load().results == [result])
        try spool.remove(result.lease)
        try spool.remove(result.lease)
        #expect(spool.load().results.isEmpty)
    }

    @Test func aDamagedFileIsNamedAndLeftAlone() throws {
        let spool = ResultSpool(directory: try folder())
        try spool.write(result)
        let damaged = "\(spool.directory)/half.json"
        try Data("{\"stageKey\":".utf8).write(to: URL(fileURLWithPath: damaged))
        try Data("unfinished".utf8).write(to: URL(fileURLWithPath: "\(spool.directory)/x.json.partial"))
        let loaded = spool.load()
        #expect(loaded.results == [result])
        #expect(loaded.damaged.count == 1 && loaded.damaged[0].contains(damaged))
        #expect(FileManager.default.fileExists(atPath: damaged))
    }

    @Test func aResultThatBreaksTheRulesIsNamedByItsLease() throws {
        let spool = ResultSpool(directory: try folder())
        var broken = result
        broken.outcome.measures["test_loss"] = .infinity
        try spool.write(broken)
        let loaded = spool.load()
        #expect(loaded.results.isEmpty && loaded.damaged.isEmpty)
        #expect(loaded.refused[broken.lease]?.message.contains("test_loss is inf") == true)
    }

    @Test func aSpoolThatCannotBeUsedIsNamedWithItsOption() {
        let failure = #expect(throws: WorkerError.self) { try SpoolDirectory(path: "/dev/null/spool") }
        #expect(failure?.code == .spool)
        #expect(failure?.message.contains("(--spool) cannot be used: cannot create '/dev/null/spool'") == true)
    }

    /// What Ctrl-C at a terminal sends to the worker's process group must not reach its engines.
    @Test(.timeLimit(.minutes(1))) func anEngineHasAProcessGroupOfItsOwn() async {
        let launch = EngineLaunch(command: ["sleep", "600"], threads: 1, device: "cpu")
        let groups = Mutex<[pid_t: pid_t]>([:])
        let engine = EngineProcess(launch: launch) { process, event in
            guard case .started(let pid) = event else { return }
            groups.withLock { $0[pid] = getpgid(pid) }
            process.kill()
        }
        await engine.run()
        #expect(groups.withLock { groups in groups.count == 1 && groups.allSatisfy { $0.key == $0.value } })
    }

    @Test(.timeLimit(.minutes(1))) func anEngineLeftByAKilledWorkerIsEnded() async throws {
        let leftovers = EngineLeftovers(directory: try folder())
        let (events, bell) = AsyncStream.makeStream(of: EngineProcess.Event.self)
        let launch = EngineLaunch(command: ["sleep", "600"], threads: 1, device: "cpu")
        let orphan = EngineProcess(launch: launch) { _, event in bell.yield(event) }
        async let end: Void = orphan.run()
        for await event in events {
            switch event {
            case .started(let pid):
                leftovers.remember(pid: pid)
                #expect(await leftovers.endAll(patience: .zero) == 1)
                continue
            case .line: continue
            case .ended(let exit, _): #expect(exit == .signalled(SIGKILL))
            }
            break
        }
        await end
        #expect(await leftovers.endAll() == 0)
    }
}
