import Foundation
import Sweep
import Testing

/// The engine as the worker sees it: a process, lines in, lines out.
@Suite(.timeLimit(.minutes(1))) struct ProtocolTests {
    @Test func describesItself() async throws {
        let engine = try EngineProcess()
        try engine.send(#"{"describe":{}}"#)
        let description = try #require(try await engine.answer()["description"] as? [String: Any])
        #expect(description["methods"] as? [String] == MethodCatalogue.names.sorted())
        #expect(description["networks"] as? [String] == NetworkCatalogue.names.sorted())
        #expect(description["datasets"] as? [String] == DatasetCatalogue.names.sorted())
        try engine.closeInput()
        #expect(await engine.drained() == 0)
    }

    /// Its standard input is still open: the answer that cannot be written is what ends it.
    @Test func endsWhereNobodyCanHearIt() async throws {
        let engine = try EngineProcess(output: "/dev/full")
        try engine.send(#"{"describe":{}}"#)
        #expect(await engine.drained() == 1)
    }

    @Test func runsStagesOneAfterAnother() async throws {
        let scratch = try Scratch()
        let engine = try EngineProcess()
        let dense = try Digits.dense(epochs: 1)
        try engine.run(dense, in: scratch("dense"))
        let first = try #require(try await engine.next())
        #expect(try first["stageKey"] as? String == dense.key.hex)
        #expect((first["progress"] as? [String: Any])?["phase"] as? String == "training")
        let trained = try #require(try await engine.answer()["outcome"] as? [String: Any])
        #expect(trained["status"] as? String == "ok")
        let artifact = try #require((trained["artifacts"] as? [[String: Any]])?.first)
        let checkpoint = try #require(artifact["path"] as? String)
        #expect(checkpoint.hasPrefix(scratch("dense")))

        // A stop that comes too late is answered about the stage that is over, not about the next one.
        try engine.send(#"{"stop":{}}"#)
        let late = try await engine.answer()
        #expect(late["stopped"] != nil)
        #expect(try late["stageKey"] as? String == dense.key.hex)

        let stage = try Digits.pruned(dense, "magnitude-global", .sparsity(0.5), epochs: 1)
        try engine.run(stage, in: scratch("pruned"), checkpoint: checkpoint)
        let answer = try await engine.answer()
        #expect(try answer["stageKey"] as? String == stage.key.hex)
        let outcome = try #require(answer["outcome"] as? [String: Any])
        #expect((outcome["measures"] as? [String: Double])?["sparsity"] == 0.5)
        // The same bits as in this process.
        let here = try Digits.finish(stage, in: scratch("here"), checkpoint: checkpoint).outcome
        let there = try #require((outcome["artifacts"] as? [[String: Any]])?.first)
        #expect(there["sha256"] as? String == here.artifacts[0].sha256)
        engine.process.terminate()
        #expect(await engine.drained() == 0)
    }

    @Test func theNumberOfThreadsMayChangeBetweenStages() async throws {
        let scratch = try Scratch()
        let engine = try EngineProcess()
        for threads in [2, 1] {
            var stage = try Digits.dense(epochs: 1)
            stage.threads = threads
            try engine.run(stage, in: scratch("\(threads)"))
            #expect(try await engine.answer()["outcome"] != nil)
        }
    }

    @Test(arguments: [
        "garbage", "", "{}", "[]", #"{"run":"#, #"{"unknown":{}}"#, #"{"run":{"stageKey":"x","stage":"{}"}}"#,
        #"{"run":{"stageKey":"\#(String(repeating: "0", count: 64))","stage":"not a stage"}}"#, "\u{0}\u{fffd}",
    ])
    func answersGarbageWithAFailure(_ line: String) async throws {
        let engine = try EngineProcess()
        try engine.send(line)
        let failure = try #require(try await engine.answer()["failure"] as? [String: Any])
        #expect(failure["cause"] as? String == "FAILURE_CAUSE_INVALID_STAGE")
        #expect((failure["message"] as? String)?.isEmpty == false)
        try engine.send(#"{"describe":{}}"#)
        #expect(try await engine.answer()["description"] != nil)
    }

    enum Interruption: CaseIterable {
        case stopRequest, terminate, closedInput
    }

    @Test(arguments: Interruption.allCases) func stopsAtTheNextStepAndGoesOn(_ interruption: Interruption) async throws
    {
        let scratch = try Scratch()
        // Far more epochs than the test waits for.
        let endless = try Digits.dense(epochs: 100_000)
        let engine = try EngineProcess()
        try engine.run(endless, in: scratch("work"))
        #expect(try await engine.next()?["progress"] != nil)
        switch interruption {
        case .stopRequest: try engine.send(#"{"stop":{}}"#)
        case .terminate: engine.process.terminate()
        case .closedInput: try engine.closeInput()
        }
        let stopped = try #require(try await engine.answer()["stopped"] as? [String: Any])
        let resume = try #require(stopped["resume"] as? [String: Any])
        #expect(resume["role"] as? String == "resume")
        #expect(resume["path"] as? String == scratch("work/resume.safetensors"))
        let step = try #require((stopped["step"] as? String).flatMap { Int($0) })
        #expect(step > 0)
        if interruption == .stopRequest {
            try engine.run(endless, in: scratch("work"))
            let progress = try #require(try await engine.next()?["progress"] as? [String: Any])
            #expect(try #require((progress["step"] as? String).flatMap { Int($0) }) == step + 1)
            engine.process.terminate()
        }
        #expect(await engine.drained() == 0)
    }

    @Test func stopWithNothingToStopIsAnswered() async throws {
        let engine = try EngineProcess()
        try engine.send(#"{"stop":{}}"#)
        #expect(try await engine.answer()["stopped"] != nil)
        try engine.send(#"{"describe":{}}"#)
        #expect(try await engine.answer()["description"] != nil)
    }
}
