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

    /// A connection to the coordinator that runs; fails with what is missing and how to get it.
    func connect() throws -> OperatorClient {
        let key = keyPath ?? environmentVariable("ESPALIER_KEY")
        if let endpoint, let key { return try OperatorClient(keyFile: KeyFile.load(key), endpoint: endpoint) }
        let directory = try StateDirectory.open(state.path)
        guard let endpoint = endpoint ?? directory.endpoints?.control else {
            throw CommandError.failed(
                "no coordinator runs on the state directory '\(directory.path)': start one with espalier coordinator, or name another with --coordinator and --key"
            )
        }
        return try OperatorClient(keyFile: KeyFile.load(key ?? directory.operatorKey), endpoint: endpoint)
    }

    /// Like ``connect()``, but where no coordinator runs on the state directory one is opened on loopback for as long as
    /// the body takes: what was measured can be read at any time.
    func reading<Value: Sendable>(_ body: (OperatorClient) async throws -> Value) async throws -> Value {
        guard endpoint == nil, let service = try coordinatorWhereNoneRuns() else {
            let client = try connect()
            let value = try await body(client)
            await client.close()
            return value
        }
        let endpoints = try await service.start()
        let end: Result<Value, any Error>
        do {
            let key = try KeyFile.load(StateDirectory.open(state.path).operatorKey)
            let client = try OperatorClient(keyFile: key, endpoint: endpoints.control)
            end = .success(try await body(client))
            await client.close()
        } catch {
            end = .failure(error)
        }
        service.stop()
        try await service.join()
        return try end.get()
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
