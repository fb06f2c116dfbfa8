internal import Artifacts
internal import Files
internal import Foundation
internal import Scheduling
internal import Sweep
internal import Wire
internal import ZeroMQ

/// The engine processes of a worker, one a slot, kept alive between stages. Lives on the reactor's thread.
final class EngineSeats {
    /// What a process's own task sends to the loop.
    struct News: Sendable {
        enum Content: Sendable {
            case started(pid: Int32)
            case report(stage: String, EngineReport)
            case ended(EngineExit, oomKills: UInt64)
        }
        var slot: Int
        var process: EngineProcess
        var content: Content
    }

    private struct Seat {
        var process: EngineProcess
        var stage: StageKey?
        /// Why the process is being ended: it is out of step with the protocol.
        var complaint: String?
    }

    private var seats: [Seat?]
    private var pids: [ObjectIdentifier: Int32] = [:]
    private let configuration: WorkerConfiguration
    private let spool: SpoolDirectory
    private let cache: ArtifactStore
    private let leftovers: EngineLeftovers
    /// Starts a process; its news go to the mailbox.
    private let launch: (EngineProcess) -> Void
    private let post: @Sendable (News) -> Void

    init(
        configuration: WorkerConfiguration, spool: SpoolDirectory, cache: ArtifactStore,
        launch: @escaping (EngineProcess) -> Void, post: @escaping @Sendable (News) -> Void
    ) {
        self.configuration = configuration
        self.spool = spool
        self.cache = cache
        self.launch = launch
        self.post = post
        leftovers = EngineLeftovers(directory: spool.engines)
        seats = Array(repeating: nil, count: configuration.slots)
    }

    // MARK: - Directives

    /// Starts a stage; a failure is one of the stage.
    func start(_ assignment: Assignment, in slot: Int) throws(StageRefusal) {
        let key = assignment.lease.stage
        guard StageKey(hashing: assignment.stage) == key, let stage = try? Stage(canonicalJSON: assignment.stage) else {
            throw StageRefusal(
                .invalidStage, "the lease's description of stage \(key) is damaged or of another release of espalier")
        }
        let work: String
        do {
            work = try spool.makeWork(of: key)
        } catch {
            throw StageRefusal(.storage, error.description)
        }
        let command =
            assignment.engine.isEmpty || assignment.engine == ["espalier-engine"]
            ? configuration.engine : assignment.engine
        let device = configuration.device(of: slot)
        let process = process(
            for: EngineLaunch(command: command, threads: stage.threads, device: device), in: slot)
        seats[slot]?.stage = key
        process.send(.run(request(for: assignment, work: work)))
    }

    func stop(_ slot: Int) { seats[slot]?.process.send(.stop()) }

    func kill(_ slot: Int) { seats[slot]?.process.kill() }

    /// Ends every process: in order, or at once.
    func leave(atOnce: Bool) {
        for seat in seats.compactMap(\.self) {
            if atOnce { seat.process.kill() } else { seat.process.close() }
        }
    }

    // MARK: - News

    /// What a process's news mean for the session; nil when they mean nothing.
    func take(_ news: News) -> WorkerEvent? {
        let identity = ObjectIdentifier(news.process)
        if case .started(let pid) = news.content {
            pids[identity] = pid
            leftovers.remember(pid: pid)
            return nil
        }
        if case .ended = news.content, let pid = pids.removeValue(forKey: identity) { leftovers.forget(pid: pid) }
        guard let seat = seats[news.slot], seat.process === news.process else { return nil }
        switch news.content {
        case .started: return nil
        case .ended(let exit, let oomKills):
            seats[news.slot] = nil
            guard let stage = seat.stage else { return nil }
            var failure = exit.failure(program: seat.process.program, oomKills: oomKills, stderr: seat.process.stderr)
            if let complaint = seat.complaint {
                failure = Failure(cause: .engineCrash, message: complaint, evidence: failure.evidence)
            }
            return .failed(stage, failure)
        case .report(let name, let report):
            guard let stage = seat.stage, seat.complaint == nil, name.isEmpty || name == stage.hex else { return nil }
            return event(of: report, stage: stage, slot: news.slot, process: seat.process)
        }
    }

    private func event(
        of report: EngineReport, stage: StageKey, slot: Int, process: EngineProcess
    ) -> WorkerEvent? {
        switch report {
        case .description: return nil
        case .progress(let progress): return .progress(stage, progress)
        case .finished(let outcome):
            seats[slot]?.stage = nil
            return .finished(stage, outcome)
        case .stopped(let resume, let step):
            seats[slot]?.stage = nil
            return .stopped(stage, resume: resume, step: step)
        case .failed(var failure):
            seats[slot]?.stage = nil
            failure.evidence = process.stderr
            return .failed(stage, failure)
        case .garbage(let sentence):
            // A process out of step is of no further use. The stage fails when it has ended and its stderr is complete.
            seats[slot]?.complaint = sentence
            process.kill()
            return nil
        }
    }

    // MARK: - Private

    /// The slot's process when it was started alike, else a new one in its place.
    private func process(for launch: EngineLaunch, in slot: Int) -> EngineProcess {
        if let seat = seats[slot] {
            if seat.process.launch == launch { return seat.process }
            seat.process.close()
        }
        let process = EngineProcess(launch: launch) { [cache, post] process, event in
            let content: News.Content
            switch event {
            case .started(let pid): content = .started(pid: pid)
            case .ended(let exit, let oomKills): content = .ended(exit, oomKills: oomKills)
            case .line(let line):
                let (stage, report) = EngineReport.read(line, cache: cache)
                content = .report(stage: stage, report)
            }
            post(News(slot: slot, process: process, content: content))
        }
        seats[slot] = Seat(process: process)
        self.launch(process)
        return process
    }

    private func request(for assignment: Assignment, work: String) -> WireRun {
        var run = WireRun()
        run.stageKey = assignment.lease.stage.hex
        run.stage = assignment.stage
        run.dataDirectory = configuration.dataDirectory ?? ""
        run.workDirectory = work
        run.inputs = assignment.inputs.map { WireArtifact($0, path: $0.digest.map(cache.path) ?? "") }
        return run
    }
}

/// Why a stage was not even started.
struct StageRefusal: Error {
    var failure: Failure
    init(_ cause: Failure.Cause, _ message: String) { failure = Failure(cause: cause, message: message) }
}

extension WireEngineRequest {
    fileprivate static func run(_ run: WireRun) -> WireEngineRequest {
        var request = WireEngineRequest()
        request.run = run
        return request
    }

    fileprivate static func stop() -> WireEngineRequest {
        var request = WireEngineRequest()
        request.stop = WireStop()
        return request
    }
}
