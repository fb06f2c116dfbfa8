internal import ArgumentParser
internal import Coordinator
internal import Scheduling
internal import Sweep
internal import Terminal
internal import UnixSignals
internal import Wire

/// `espalier coordinator`: the daemon of the head node.
struct CoordinatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Run the coordinator of a state directory.",
        discussion: """
            Listens for workers and operators whose keys espalier keys has made; everything on the wire is encrypted \
            (CURVE). Killed and started again, it goes on where it was: workers keep training and hand in their results. \
            SIGTERM and Ctrl-C stop it in order. Its log, on standard error, is a timeline of workers, stages and sweeps.
            """)

    @OptionGroup var state: StateOption

    @Option(help: ArgumentHelp("Where to listen for workers and operators.", valueName: "ENDPOINT"))
    var control = "tcp://*:\(WireProtocol.controlPort)"
    @Option(help: ArgumentHelp("Where to listen for artifacts.", valueName: "ENDPOINT"))
    var artifacts = "tcp://*:\(WireProtocol.artifactPort)"
    @Option(help: ArgumentHelp("Seconds a lease lives without a heartbeat.", valueName: "SECONDS"))
    var lease = 60.0
    @Option(help: ArgumentHelp("Seconds between a worker's heartbeats.", valueName: "SECONDS"))
    var heartbeat = 5.0
    @Flag(help: "Keep the database on NFS or another network file system all the same.")
    var allowNetworkFileSystem = false
    @Option(help: "How much to say on standard error.")
    var logLevel = LogLevel.info

    func validate() throws {
        guard heartbeat >= 0.1, lease >= 3 * heartbeat, lease <= 86400 else {
            throw ValidationError(
                "--heartbeat must be at least 0.1 and --lease at least three heartbeats, not \(heartbeat) and \(lease)")
        }
    }

    func run() async throws {
        var configuration = CoordinatorService.Configuration(stateDirectory: state.path)
        configuration.controlEndpoint = control
        configuration.artifactEndpoint = artifacts
        configuration.settings.leaseDuration = .seconds(lease)
        configuration.settings.restartGrace = .seconds(lease)
        configuration.settings.heartbeatInterval = .seconds(heartbeat)
        configuration.settings.grantTimeout = .seconds(2 * heartbeat)
        configuration.allowNetworkFileSystem = allowNetworkFileSystem
        configuration.version = Release.version
        configuration.logger = logLevel.logger("espalier.coordinator")
        let service = try CoordinatorService(configuration)
        // Before anybody is told that it runs, and may stop it.
        let stops = await UnixSignalsSequence.stops()
        _ = try await service.start()
        let signals = Task {
            for await _ in stops { service.stop() }
        }
        defer { signals.cancel() }
        try await service.join()
    }
}
