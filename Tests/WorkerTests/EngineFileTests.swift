import Artifacts
import Foundation
import Scheduling
import Sweep
import Synchronization
import Testing
import Wire

@testable import Worker

/// What an engine's words can do to files and processes.
@Suite(.timeLimit(.minutes(1))) struct EngineFileTests {
    private let directory: String
    private let cache: ArtifactStore
    private let job: EngineJob
    private var victim: String { "\(directory)/thesis.txt" }

    init() throws {
        directory = NSTemporaryDirectory() + "espalier-file-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: "\(directory)/work", withIntermediateDirectories: true)
        cache = try ArtifactStore(directory: "\(directory)/cache")
        job = EngineJob(stage: StageKey(hashing: "stage"), kind: .train, workDirectory: "\(directory)/work")
        try Data("mine".utf8).write(to: URL(fileURLWithPath: victim))
    }

    private func reading(_ reader: EngineReader, path: String) throws -> EngineReader.Reading? {
        var checkpoint = WireArtifact()
        checkpoint.role = "checkpoint"
        checkpoint.path = path
        var event = WireEngineEvent()
        event.stageKey = job.stage.hex
        event.outcome.status = "ok"
        event.outcome.measures = ["test_accuracy": 0.9]
        event.outcome.artifacts = [checkpoint]
        reader.begin(job)
        return reader.read(.text(try event.line))
    }

    @Test func aFileOutsideOfTheWorkDirectoryStays() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        guard case .report(_, .failed(let failure)) = try reading(EngineReader(cache: cache), path: victim) else {
            Issue.record("the file was taken")
            return
        }
        #expect(failure.cause == .engineCrash && failure.message.contains(victim))
        #expect(FileManager.default.fileExists(atPath: victim))
        // The negative control: nothing but that check protects the file.
        try cache.insert(fileAt: victim, role: "checkpoint", moving: true)
        #expect(!FileManager.default.fileExists(atPath: victim))
    }

    @Test func aFileOfTheWorkDirectoryIsMovedAndOneOfManyNamesCopied() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let own = "\(job.workDirectory)/own"
        try Data("its own".utf8).write(to: URL(fileURLWithPath: own))
        guard case .report(_, .finished(let moved)) = try reading(EngineReader(cache: cache), path: own) else {
            Issue.record("the file was not taken")
            return
        }
        #expect(!FileManager.default.fileExists(atPath: own))
        #expect(moved.artifacts.map(\.size) == [7])

        #expect(link(victim, own) == 0)
        guard case .report(_, .finished(let copied)) = try reading(EngineReader(cache: cache), path: own) else {
            Issue.record("the file was not taken")
            return
        }
        // Who writes on in the user's file must not change the cache.
        try Data("more".utf8).write(to: URL(fileURLWithPath: victim))
        try cache.verify(#require(copied.artifacts[0].digest))
    }

    @Test func aFullCacheIsTheDisksFault() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let own = "\(job.workDirectory)/own"
        try Data("its own".utf8).write(to: URL(fileURLWithPath: own))
        // The cache is gone from under the worker.
        try FileManager.default.removeItem(atPath: cache.directory)
        guard case .report(_, .failed(let failure)) = try reading(EngineReader(cache: cache), path: own) else {
            Issue.record("the file was taken")
            return
        }
        #expect(failure.cause == .storage)
        #expect(FileManager.default.fileExists(atPath: own))
    }

    @Test func aLateLineOfTheStageBeforeIsPassedOver() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let reader = EngineReader(cache: cache)
        let own = "\(job.workDirectory)/own"
        try Data("its own".utf8).write(to: URL(fileURLWithPath: own))
        _ = try reading(reader, path: own)
        reader.begin(EngineJob(stage: StageKey(hashing: "next"), kind: .train, workDirectory: "\(directory)/work"))
        var late = WireEngineEvent()
        late.stageKey = job.stage.hex
        late.outcome.status = "ok"
        guard case .passedOver = reader.read(.text(try late.line)) else {
            Issue.record("it was taken")
            return
        }
        #expect(reader.isBetweenStages)
    }
}

@Suite(.timeLimit(.minutes(1))) struct EngineGroupTests {
    /// However an engine ends, what it started ends with it, and is not waited for.
    @Test(arguments: [
        ("crash", "sleep 600 & echo $!; exit 3", EngineExit.exited(3)),
        ("exit", "sleep 600 & echo $!; exit 0", .exited(0)),
        ("closed output", "sleep 600 >/dev/null & echo $!; exec >&-; wait", .signalled(SIGTERM)),
        ("noise on stderr", "(while :; do echo noise >&2; done) & echo $!; exit 0", .exited(0)),
    ])
    func childrenEndWithTheEngine(name: String, script: String, exit: EngineExit) async throws {
        let child = Mutex<pid_t>(0)
        let end = Mutex<EngineExit?>(nil)
        let launch = EngineLaunch(command: ["/bin/sh", "-c", script], threads: 1, device: "cpu")
        let engine = EngineProcess(launch: launch) { _, event in
            switch event {
            case .line(.text(let line)): child.withLock { $0 = pid_t(line) ?? 0 }
            case .ended(let exit, _): end.withLock { $0 = exit }
            default: break
            }
        }
        await engine.run()
        #expect(end.withLock { $0 } == exit)
        let pid = child.withLock { $0 }
        #expect(pid > 0)
        // Its signal is on its way. It is nobody's child now: it is gone, or waits for init to take notice.
        let limit = ContinuousClock.now + .seconds(10)
        while Self.lives(pid), ContinuousClock.now < limit { await Task.yield() }
        #expect(!Self.lives(pid), "\(name)")
    }

    private static func lives(_ pid: pid_t) -> Bool {
        let state = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8))?.split(separator: ")").last
        return state.map { !$0.hasPrefix(" Z") && !$0.hasPrefix(" X") } ?? false
    }
}
