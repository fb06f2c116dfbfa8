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
            method and only its stages run; after Ctrl-C or a crash the same command goes on where it was.
            """)

    @Argument(help: ArgumentHelp("The sweep file (YAML).", valueName: "FILE"), completion: .sweepFile)
    var file: String
    @OptionGroup var node: NodeOptions
    @OptionGroup var state: StateOption
    @Option(
        name: .customLong("out"),
        help: ArgumentHelp(
            "Where the report goes.", discussion: "Default: espalier-report/<sweep id>.", valueName: "DIR"),
        completion: .directory)
    var out: String?
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
        let directory = try openState()
        let service = try CoordinatorService(coordinatorConfiguration(directory))
        let endpoints = try await service.start()
        let end: Result<Void, any Error>
        do {
            let client = try OperatorClient(keyFile: KeyFile.load(directory.operatorKey), endpoint: endpoints.control)
            let worker = try WorkerService(
                workerConfiguration(directory, endpoints), version: Release.version,
                logger: logLevel.logger("espalier.worker"))
            end = .success(try await runSweep(source, client: client, worker: worker))
            await client.close()
        } catch {
            end = .failure(error)
        }
        service.stop()
        try await service.join()
        try end.get()
    }

    private enum Ending: Sendable {
        case swept(WireStatus)
        case workerLeft(WorkerExit)
        case interrupted
    }

    /// Submits, runs and reports; an interrupted sweep is cancelled, its finished stages stay.
    private func runSweep(_ source: SweepSource, client: OperatorClient, worker: WorkerService) async throws {
        // A sweep that an earlier, killed run left behind would run beside this one.
        for sweep in try await client.sweeps() where sweep.state == "running" { _ = try await client.cancel(sweep.id) }
        let submitted = try await source.submit(to: client, isFresh: fresh)
        Terminal.say(
            "\(submitted.sweep): \(counted(submitted.tasks, "task")) in \(counted(submitted.stages, "stage")), \(submitted.cached) already done"
        )

        let ending = try await withThrowingTaskGroup(of: Ending?.self) { group in
            group.addTask { .workerLeft(try await worker.run()) }
            group.addTask { .swept(try await Watch(client: client, sweep: submitted.sweep).poll()) }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { return .interrupted }
                return nil
            }
            // However it ends: the worker hands back what it holds, and is waited for.
            defer {
                worker.drain()
                group.cancelAll()
            }
            guard let ending = try await group.next() ?? nil else { throw CancellationError() }
            if case .swept = ending { return ending }
            _ = try? await client.cancel(submitted.sweep)
            return ending
        }
        switch ending {
        case .swept(let last): try await report(last, from: client)
        case .workerLeft(let exit): throw CommandError.failed("the worker stopped: \(exit.sentence)")
        case .interrupted:
            let last = try await client.status(of: submitted.sweep).sweeps.first
            Terminal.say(
                "interrupted: \(last?.stagesDone ?? 0) of \(submitted.stages) stages are done and kept; run the same command "
                    + (fresh ? "without --fresh to go on" : "to go on")
            )
            throw ExitCode(130)
        }
    }

    private func report(_ end: WireStatus, from client: OperatorClient) async throws {
        guard let last = end.sweeps.first else { return }
        let results = try await client.results(of: last.id)
        let paths = try ReportWriter.write(results, to: URL(fileURLWithPath: out ?? "espalier-report/\(results.id)"))
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

    private struct RunDocument: Encodable {
        let sweep: SweepLine
        let answer: [String]
        let files: [String]
    }

    private func openState() throws -> StateDirectory {
        do {
            return try StateDirectory.open(state.path)
        } catch let error where error.code == .notInitialised {
            return try StateDirectory.create(at: state.path)
        }
    }

    private func coordinatorConfiguration(_ directory: StateDirectory) -> CoordinatorService.Configuration {
        var configuration = CoordinatorService.Configuration.onLoopback(directory.path, logLevel: logLevel)
        // The worker is in this very process: a lease of an earlier, killed run is nobody's.
        configuration.settings.restartGrace = .seconds(1)
        return configuration
    }

    private func workerConfiguration(
        _ directory: StateDirectory, _ endpoints: Endpoints
    ) throws -> WorkerConfiguration {
        let key = directory.keyFile(of: "local")
        if !FileManager.default.fileExists(atPath: key) {
            try KeyRing(directory).add("local", role: .worker)
        }
        var configuration = try WorkerConfiguration(coordinator: endpoints.control, keyPath: key)
        try node.apply(to: &configuration)
        configuration.spoolDirectory = directory.path + "/local"
        return configuration
    }
}
