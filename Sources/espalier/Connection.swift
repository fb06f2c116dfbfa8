internal import ArgumentParser
internal import Coordinator
internal import Foundation
internal import Sweep
internal import Terminal
internal import ZeroMQ

/// How a command reaches the coordinator: by address and key, or through a state directory on this machine.
struct ConnectionOptions: ParsableArguments {
    @OptionGroup var state: StateOption

    @Option(
        name: .customLong("coordinator"),
        help: ArgumentHelp(
            "The coordinator's control endpoint, such as tcp://head:7733.",
            discussion: "Default: where the coordinator of the state directory says it listens.", valueName: "ENDPOINT"
        ))
    var endpoint: String?

    @Option(
        name: .customLong("key"),
        help: ArgumentHelp(
            "An operator's key file, or to look only a viewer's, made by espalier keys add.",
            discussion: "Default: $ESPALIER_KEY, else the state directory's operator.key.", valueName: "FILE"),
        completion: .file())
    var keyPath: String?

    private var givenKey: String? { keyPath ?? environmentVariable("ESPALIER_KEY") }

    /// A connection to the coordinator that runs; fails with what is missing and how to get it.
    func connect() async throws -> OperatorClient {
        if let endpoint, let givenKey {
            return try OperatorClient(keyFile: KeyFile.load(givenKey), endpoint: endpoint)
        }
        let directory = try StateDirectory.openForReading(state.path)
        if let endpoint { return try client(of: directory, at: endpoint) }
        guard let endpoint = await Self.endpoint(of: directory) else {
            throw CommandError.failed(
                "no coordinator runs on the state directory '\(directory.path)': start one with espalier coordinator, or name another with --coordinator and --key"
            )
        }
        return try client(of: directory, at: endpoint)
    }

    /// For commands that only look. The coordinator answers where one runs and this user has a key for it; else the state
    /// directory is read as it is, so that what was measured can be looked at any time.
    func reading<Value: Sendable>(_ body: (any SweepReading) async throws -> Value) async throws -> Value {
        guard endpoint == nil else { return try await Self.asking(connect(), body) }
        let directory = try StateDirectory.openForReading(state.path)
        let hasKey = givenKey != nil || access(directory.operatorKey, R_OK) == 0
        if hasKey, let endpoints = directory.endpoints {
            do {
                return try await Self.asking(client(of: directory, at: endpoints.control), body)
            } catch let error as OperatorError {
                // It may have stopped meanwhile, or be about to: then it no longer answers who connects.
                let isGone = error.code == .noAnswer && directory.endpoints != endpoints
                guard isGone || error.code == .handshake else { throw error }
            }
        }
        return try await body(StateReader(directory))
    }

    /// For commands that change something: where no coordinator runs, one is opened on loopback for as long as the body
    /// takes.
    func writing<Value: Sendable>(_ body: (OperatorClient) async throws -> Value) async throws -> Value {
        guard endpoint == nil, let service = try coordinatorWhereNoneRuns() else {
            return try await Self.asking(connect(), body)
        }
        let endpoints = try await service.start()
        let end: Result<Value, any Error>
        do {
            let directory = try StateDirectory.open(state.path)
            end = .success(try await Self.asking(client(of: directory, at: endpoints.control), body))
        } catch {
            end = .failure(error)
        }
        service.stop()
        try await service.join()
        return try end.get()
    }

    // MARK: - Private

    private func client(of directory: StateDirectory, at endpoint: String) throws -> OperatorClient {
        try OperatorClient(keyFile: KeyFile.load(givenKey ?? directory.operatorKey), endpoint: endpoint)
    }

    private static func asking<Value: Sendable>(
        _ client: OperatorClient, _ body: (OperatorClient) async throws -> Value
    ) async throws -> Value {
        let value = try await body(client)
        await client.close()
        return value
    }

    /// A coordinator that is starting is waited for until it listens.
    private static func endpoint(of directory: StateDirectory) async -> String? {
        let deadline = ContinuousClock.now + .seconds(10)
        while directory.hasCoordinator, ContinuousClock.now < deadline {
            if let endpoints = directory.endpoints { return endpoints.control }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }

    private func coordinatorWhereNoneRuns() throws -> CoordinatorService? {
        do {
            return try CoordinatorService(.onLoopback(state.path))
        } catch let error as CoordinatorError where error.code == .locked {
            return nil
        }
    }
}

extension CoordinatorService.Configuration {
    /// For commands that are their own coordinator: nobody else can reach it.
    static func onLoopback(_ state: String, logLevel: LogLevel = .warning) -> CoordinatorService.Configuration {
        var configuration = CoordinatorService.Configuration(stateDirectory: state)
        configuration.controlEndpoint = "tcp://127.0.0.1:*"
        configuration.artifactEndpoint = "tcp://127.0.0.1:*"
        configuration.version = Release.version
        configuration.logger = logLevel.logger("espalier.coordinator")
        return configuration
    }
}
