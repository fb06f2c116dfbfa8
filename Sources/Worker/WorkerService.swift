internal import Artifacts
internal import Foundation
package import Logging
package import Scheduling
internal import Wire
internal import ZeroMQ

/// The worker agent: one control loop on a reactor's thread, one engine process per slot.
///
/// It trains nothing itself, so no training bug ends it; and it holds nothing that a `kill -9` would lose, because
/// results are in its spool before anybody hears of them.
package final class WorkerService: Sendable {
    private let configuration: WorkerConfiguration
    private let settings: WorkerSession.Settings
    private let logger: Logger
    private let spool: SpoolDirectory
    private let cache: ArtifactStore
    private let reactor: Reactor
    private let mailbox: Mailbox<ControlLoop.Post>
    private let version: String

    /// Checks the configuration and takes the spool directory.
    ///
    /// - Parameter version: Of this program, for the coordinator's records.
    /// - Throws: ``WorkerError`` in one sentence.
    package init(
        _ configuration: WorkerConfiguration, version: String = "", logger: Logger,
        settings: WorkerSession.Settings = WorkerSession.Settings()
    ) throws {
        var configuration = configuration
        try configuration.check()
        configuration.dataDirectory = configuration.dataDirectory.map(Self.absolute)
        self.configuration = configuration
        var settings = settings
        if let limit = configuration.stallAfter { (settings.stallLimit, settings.silentStartLimit) = (limit, limit) }
        self.settings = settings
        self.version = version
        self.logger = logger
        spool = try SpoolDirectory(
            path: Self.absolute(configuration.spoolDirectory ?? Self.defaultSpool(of: configuration.name)))
        do {
            cache = try ArtifactStore(directory: spool.artifacts)
        } catch {
            throw WorkerError(.spool, error.description)
        }
        reactor = try Reactor(name: "worker \(configuration.name)")
        mailbox = Mailbox(waking: reactor)
    }

    /// Works until it is drained or refused; once. Returns how the process should end.
    ///
    /// - Throws: ``WorkerError`` when the engine does not work, or the spool directory is taken away meanwhile.
    package func run() async throws -> WorkerExit {
        defer { spool.release() }
        // An engine that ends while it is written to is an error to handle, not a signal to die of.
        signal(SIGPIPE, SIG_IGN)
        spool.removeStaleWork()
        cache.removeAbandoned(olderThan: .seconds(14 * 86_400))
        let orphans = await EngineLeftovers(directory: spool.engines).endAll()
        if orphans > 0 {
            logger.warning("ended engines an earlier worker left", metadata: ["worker.engines": "\(orphans)"])
        }

        let launch = EngineLaunch(command: configuration.engine, threads: 1, device: configuration.device(of: 0))
        let engine = try await EngineDescription.ask(launch)
        let (launches, launcher) = AsyncStream.makeStream(of: EngineProcess.self)
        let parts = WorkerParts(
            configuration: configuration, identity: identity(engine: engine), settings: settings, logger: logger,
            spool: spool, cache: cache, mailbox: mailbox, launch: { launcher.yield($0) })
        let exit = ExitBox()
        reactor.start { loop in
            defer { launcher.finish() }
            exit.set(try ControlLoop(parts, loop: loop).run())
        }
        // Ends when the loop has ended and every engine has left.
        await withDiscardingTaskGroup { group in
            for await process in launches { group.addTask { await process.run() } }
        }
        try await reactor.join()
        return exit.value ?? WorkerExit(code: 1, sentence: "the worker's loop ended without a reason")
    }

    /// Hands everything back and leaves; a second time: leaves at once. Any thread.
    package func drain(reason: String = "asked to stop") {
        mailbox.post(.drain(reason: reason))
    }

    // MARK: - Private

    private func identity(engine: WireDescription) -> WorkerIdentity {
        WorkerIdentity(
            name: configuration.name, session: UUID().uuidString,
            devices: (0..<configuration.slots).map(configuration.device), engine: engine,
            dataDirectory: configuration.dataDirectory, host: ProcessInfo.processInfo.hostName, version: version)
    }

    private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

    private static func defaultSpool(of name: String) -> String {
        let cache = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        return "\(cache ?? NSHomeDirectory() + "/.cache")/espalier/\(name)"
    }
}

/// What the loop is made of, handed to the reactor's thread.
struct WorkerParts: Sendable {
    var configuration: WorkerConfiguration
    var identity: WorkerIdentity
    var settings: WorkerSession.Settings
    var logger: Logger
    var spool: SpoolDirectory
    var cache: ArtifactStore
    var mailbox: Mailbox<ControlLoop.Post>
    var launch: @Sendable (EngineProcess) -> Void
}
