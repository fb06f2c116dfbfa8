internal import ArgumentParser
internal import Foundation
internal import Scheduling
internal import Sweep
internal import Terminal
internal import UnixSignals
internal import Worker

/// `espalier worker`: the daemon of a compute node.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Run stages for a coordinator.",
        discussion: """
            Runs one engine process per slot. Keeps training while the coordinator is away and hands its results in when \
            it is back. SIGTERM drains: running stages are checkpointed and handed back, exit code 0; a second SIGTERM \
            leaves at once.
            """)

    @Option(help: ArgumentHelp("The coordinator's control endpoint, such as tcp://head:7733.", valueName: "ENDPOINT"))
    var coordinator: String
    @Option(
        help: ArgumentHelp("This worker's key file, made by espalier keys add worker NAME.", valueName: "FILE"),
        completion: .file())
    var key: String
    @OptionGroup var node: NodeOptions
    @Option(
        help: ArgumentHelp(
            "Where results, artifacts and work in progress are kept; survives a crash.",
            discussion: "Default: ~/.cache/espalier/<worker name>.", valueName: "DIR"),
        completion: .directory)
    var spool: String?
    @Option(help: "How much to say on standard error.")
    var logLevel = LogLevel.info

    func run() async throws {
        var configuration = try WorkerConfiguration(coordinator: coordinator, keyPath: key)
        try node.apply(to: &configuration)
        configuration.spoolDirectory = spool
        let worker = try WorkerService(
            configuration, version: Release.version, logger: logLevel.logger("espalier.worker"))
        let stops = await UnixSignalsSequence.stops()
        let signals = Task {
            for await _ in stops { worker.drain() }
        }
        defer { signals.cancel() }
        let exit = try await worker.run()
        Terminal.say("espalier: \(exit.sentence)")
        if exit.code != 0 { throw ExitCode(exit.code) }
    }
}

/// What a node offers: shared by `worker` and `run`.
struct NodeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Stages run at the same time. Default: the number of cores.", valueName: "N"))
    var slots: Int?
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "The device of each slot: only cpu, because the engine cannot use a GPU yet.", valueName: "DEVICE"),
        completion: .list(["cpu"]))
    var devices = ["cpu"]
    @OptionGroup var data: DataOption
    @Option(
        help: ArgumentHelp(
            "The engine to run where the sweep names none.",
            discussion: "Default: espalier-engine beside this program, else on PATH.", valueName: "PROGRAM"),
        completion: .file())
    var engine: String?
    @Option(
        help: ArgumentHelp(
            "When the machine will be taken away, as 45m or 3h30m; stages that would not finish go elsewhere.",
            discussion: "Default: Slurm's SLURM_JOB_END_TIME, where set.", valueName: "DURATION"))
    var timeLimit: TimeLimit?
    @Option(
        help: ArgumentHelp(
            "End an engine that is silent for so long, as 30m or 6h, and try its stage again, three times at most.",
            discussion: "Default: 1h since its last report of progress, 12h where it never reports any.",
            valueName: "DURATION"))
    var stallAfter: TimeLimit?

    func validate() throws {
        do {
            try WorkerConfiguration.check(slots: slots ?? 1, devices: devices)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func apply(to configuration: inout WorkerConfiguration) throws {
        configuration.slots = slots ?? ProcessInfo.processInfo.activeProcessorCount
        configuration.devices = devices
        configuration.dataDirectory = try data.resolve()
        if let engine { configuration.engine = [engine] }
        configuration.stallAfter = stallAfter?.duration
        let margin = WorkerSession.Settings().drainMargin
        if let timeLimit, timeLimit.duration <= margin {
            throw CommandError.invalid(
                "--time-limit leaves no time to work: what runs is handed back \(margin.forPeople) before the end; give more"
            )
        }
        configuration.remaining = timeLimit?.duration ?? WorkerConfiguration.remainingSlurmTime()
    }
}

/// A duration as people write it: `90s`, `45m`, `3h30m`, `2d`.
struct TimeLimit: ExpressibleByArgument {
    /// Ten years, in seconds.
    private static let longest = 3650 * 86400
    let duration: Duration

    init?(argument: String) {
        var seconds = 0
        var digits = ""
        for character in argument {
            if character.isASCII, character.isNumber {
                digits.append(character)
                continue
            }
            guard let unit = ["s": 1, "m": 60, "h": 3600, "d": 86400][character], let count = Int(digits),
                count <= 1_000_000
            else { return nil }
            seconds += count * unit
            guard seconds <= Self.longest else { return nil }
            digits = ""
        }
        guard digits.isEmpty, (1...Self.longest).contains(seconds) else { return nil }
        duration = .seconds(seconds)
    }
}
