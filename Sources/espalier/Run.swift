internal import ArgumentParser
internal import Coordinator
internal import Foundation
internal import Report
internal import Scheduling
internal import Sweep
internal import Terminal
internal import UnixSignals
internal import Wire
internal import Worker
internal import ZeroMQ

/// `espalier run`: a sweep on this machine from file to report.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a sweep on this machine: coordinator, worker, progress and report in one.",
        discussion: """
            Finished stages are kept in the state directory: run the same sweep again and it is done at once; add a \
            method and only its stages run. Ctrl-C and SIGTERM, and a closed terminal, let the running stages write \
            checkpoints and leave with 130, 143 or 129; asked twice, the command leaves at once. After that, or after a \
            crash, the same command goes on with the same sweep where it was. Another unfinished sweep in the state directory \
            is set aside, that is cancelled; running its file again goes on with it.
            """)

    @Argument(help: ArgumentHelp("The sweep file (YAML).", valueName: "FILE"), completion: .sweepFile)
    var file: String
    @OptionGroup var node: NodeOptions
    @OptionGroup var state: StateOption
    @OptionGroup var report: ReportOptions
    @Flag(help: "Run every stage again, whatever earlier sweeps have done; the new results replace the old ones.")
    var fresh = false
    @Option(help: "How much the coordinator and the worker say on standard error.")
    var logLevel = LogLevel.warning
    @OptionGroup var json: JSONFlag

    func run() async throws {
        let source = try SweepSource(path: file)
        if source.plan.stages.first?.stage.dataset.folder != nil, try node.data.resolve() == nil {
            throw CommandError.invalid(
                "the data set '\(source.plan.dataset)' is not bundled: name the directory that holds it with --data DIR"
            )
        }
        try await source.requireProgram()
        // Before anything runs that such a signal would end.
        let stops = await UnixSignalsSequence.stops()
        let folder = try reportFolder(for: source.plan)
        let directory = try openState()
        let service = try CoordinatorService(coordinatorConfiguration(directory))
        let endpoints = try await service.start()
        let end: Result<Ending, any Error>
        do {
            let client = try OperatorClient(keyFile: KeyFile.load(directory.operatorKey), endpoint: endpoints.control)
            let worker = try WorkerService(
                workerConfiguration(directory, endpoints), version: Release.version,
                logger: logLevel.logger("espalier.worker"))
            end = .success(try await runSweep(source, client: client, worker: worker, stops: stops))
            await client.close()
        } catch {
            end = .failure(error)
        }
        service.stop()
        try await service.join()
        switch try end.get() {
        case .over(let status, let results): try conclude(status, results, reportTo: folder)
        case .interrupted(let sweep, let signal): try leave(directory, sweep, after: signal)
        }
    }

    // MARK: - The sweep

    private enum Event: Sendable {
        case watched(WireStatus)
        case workerLeft(WorkerExit)
        case stopped(UnixSignal?)
    }

    private enum Ending: Sendable {
        /// The status is of the one sweep.
        case over(WireStatus, SweepResults)
        /// Without a signal: the time limit came.
        case interrupted(sweep: String, UnixSignal?)
    }

    /// Submits and runs. Interrupted, it hands back what runs, and cancels nothing.
    private func runSweep(
        _ source: SweepSource, client: OperatorClient, worker: WorkerService, stops: UnixSignalsSequence
    ) async throws -> Ending {
        let submission = try await Submission(source, to: client, isFresh: fresh)
        let sweep = submission.sweep.sweep
        try await setAside(allBut: sweep, client)
        Terminal.say(submission.sentence)

        var end = try await client.status(of: sweep)
        guard end.isRunning else { return .over(end, try await client.results(of: sweep)) }
        var exit: WorkerExit?
        var stop: UnixSignal?
        try await withThrowingTaskGroup { group in
            group.addTask { Event.workerLeft(try await worker.run()) }
            group.addTask { .watched(try await Watch(client: client, sweep: sweep).poll()) }
            group.addTask { .stopped(await Self.drain(worker, on: stops)) }
            // However it ends: the worker hands back what it holds, and is waited for.
            defer {
                worker.drain()
                group.cancelAll()
            }
            while let event = try await group.next() {
                switch event {
                case .watched(let status):
                    end = status
                    if !end.isRunning { worker.drain() }
                case .workerLeft(let how):
                    exit = how
                    group.cancelAll()
                case .stopped(let signal): stop = signal
                }
            }
        }
        if !end.isRunning { return .over(end, try await client.results(of: sweep)) }
        if stop != nil || exit?.code == 0 { return .interrupted(sweep: sweep, stop) }
        throw CommandError.failed("the worker stopped: \(exit?.sentence ?? "")")
    }

    /// The first signal lets the worker leave in order, the second at once. Returns the first when the task is cancelled.
    private static func drain(_ worker: WorkerService, on stops: UnixSignalsSequence) async -> UnixSignal? {
        var first: UnixSignal?
        for await signal in stops {
            if first == nil { Terminal.say("stopping: what runs is writing its checkpoint; once more leaves at once") }
            first = first ?? signal
            worker.drain()
        }
        return first
    }

    /// Sweeps that an earlier, interrupted run left behind would run beside this one.
    private func setAside(allBut sweep: String, _ client: OperatorClient) async throws {
        for other in try await client.sweeps() where other.state == "running" && other.id != sweep {
            _ = try await client.cancel(other.id)
            Terminal.say(
                "\(other.id): set aside with \(other.stagesDone) of \(other.stages) stages done; run its file again to go on with it"
            )
        }
    }

    /// Writes the report, prints the table and says how the sweep ended.
    private func conclude(_ end: WireStatus, _ results: SweepResults, reportTo folder: URL) throws {
        // Nothing is left to save: while the table waits for its reader, Ctrl-C ends the program.
        for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_DFL) }
        guard let last = end.sweeps.first else { return }
        let paths = try ReportWriter.write(results, to: folder)
        let frontier = SweepFrontier(results)
        // The sweep's own end is said first, also where the table cannot be printed.
        let printed = Result {
            if json.isSet {
                try Terminal.printJSON(
                    RunDocument(sweep: SweepLine(last), answer: frontier.answerSentences, files: paths.map(\.path)))
            } else {
                let text = frontier.terminalText(inColour: Terminal.hasColor, width: Terminal.outputWidth)
                try Terminal.print("\(text)\nreport: \(paths.first?.path ?? "")")
            }
        }
        try Watch.conclude(end)
        try printed.get()
    }

    /// Says what is kept, as it is on the disk.
    private func leave(_ directory: StateDirectory, _ sweep: String, after signal: UnixSignal?) throws -> Never {
        let state = try StateReader(directory)
        if let sweep = try state.status(of: sweep).sweeps.first {
            let kept = state.keptStages(of: sweep.id)
            Terminal.say(
                "\(signal == nil ? "time is up" : "interrupted"): \(sweep.stagesDone) of \(sweep.stages) stages are done"
                    + (kept == 0 ? "" : ", \(kept) under way \(kept == 1 ? "is" : "are") kept")
                    + "; run the same command \(fresh ? "without --fresh " : "")to go on")
        }
        throw ExitCode(signal.map { 128 + $0.rawValue } ?? 1)
    }

    private struct RunDocument: Encodable {
        let sweep: SweepLine
        let answer: [String]
        let files: [String]
    }
}

extension WireStatus {
    /// Of a status of one sweep.
    fileprivate var isRunning: Bool { sweeps.first?.state == "running" }
}
