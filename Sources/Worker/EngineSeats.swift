internal import Artifacts
internal import Files
internal import Foundation
internal import Logging
internal import Scheduling
internal import Sweep
internal import Wire
internal import ZeroMQ

/// The engine processes of a worker, one per slot, kept alive between stages. Lives on the reactor's thread.
final class EngineSeats {
    /// What a process's own task sends to the loop.
    struct News: Sendable {
        enum Content: Sendable {
            case started(pid: Int32)
            case said(EngineReader.Reading)
            case ended(EngineExit, oomKills: UInt64)
        }
        var slot: Int
        var process: EngineProcess
        var content: Content
    }

    struct Seat {
        var process: EngineProcess
        var reader: EngineReader
        /// What it was asked to run.
        var work: (request: WireRun, job: EngineJob)?
        /// Why the process is being ended: it is out of step with the protocol.
        var complaint: String?
        /// The session wants it gone.
        var wasKilled = false
    }

    var seats: [Seat?]
    /// Of the processes that run.
    var pids: [ObjectIdentifier: Int32] = [:]
    private let configuration: WorkerConfiguration
    let logger: Logger
    private let spool: SpoolDirectory
    private let cache: ArtifactStore
    let leftovers: EngineLeftovers
    /// Starts a process; its news go to the mailbox.
    private let launch: (EngineProcess) -> Void
    private let post: @Sendable (News) -> Void

    init(
        configuration: WorkerConfiguration, logger: Logger, spool: SpoolDirectory, cache: ArtifactStore,
        launch: @escaping (EngineProcess) -> Void, post: @escaping @Sendable (News) -> Void
    ) {
        self.configuration = configuration
        self.logger = logger
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
        let launch = EngineLaunch(
            command: command, threads: stage.threads, device: configuration.device(of: slot), engine: stage.engine)
        give(
            request(for: assignment, work: work), EngineJob(stage: key, kind: stage.kind, workDirectory: work),
            to: seat(for: launch, in: slot), in: slot)
    }

    func stop(_ slot: Int) { seats[slot]?.process.send(.stop()) }

    func kill(_ slot: Int) {
        seats[slot]?.wasKilled = true
        seats[slot]?.process.kill()
    }

    /// Ends every process: in order, or at once.
    func leave(atOnce: Bool) {
        for seat in seats.compactMap(\.self) {
            if atOnce { seat.process.kill() } else { seat.process.close() }
        }
    }

    // MARK: - Processes

    func give(_ request: WireRun, _ job: EngineJob, to seat: Seat, in slot: Int) {
        seats[slot]?.work = (request, job)
        seat.reader.begin(job)
        seat.process.send(.run(request))
    }

    /// The slot's process when it was started alike, else a new one in its place.
    func seat(for launch: EngineLaunch, in slot: Int) -> Seat {
        if let seat = seats[slot] {
            if seat.process.launch == launch { return seat }
            seat.process.close()
        }
        let reader = EngineReader(cache: cache)
        let process = EngineProcess(launch: launch) { [post] process, event in
            let content: News.Content
            switch event {
            case .started(let pid): content = .started(pid: pid)
            case .ended(let exit, let oomKills): content = .ended(exit, oomKills: oomKills)
            case .line(let line):
                guard let reading = reader.read(line) else { return }
                content = .said(reading)
            }
            post(News(slot: slot, process: process, content: content))
        }
        let seat = Seat(process: process, reader: reader)
        seats[slot] = seat
        self.launch(process)
        return seat
    }

    // MARK: - Private

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
