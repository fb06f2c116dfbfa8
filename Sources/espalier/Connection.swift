internal import ArgumentParser
internal import Coordinator
internal import Foundation
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
            "An operator or viewer key file made by espalier keys add.",
            discussion: "Default: $ESPALIER_KEY, else the state directory's operator.key.", valueName: "FILE"))
    var keyPath: String?

    /// Opens the connection; fails with what is missing and how to get it.
    func connect() throws -> OperatorClient {
        let key = keyPath ?? ProcessInfo.processInfo.environment["ESPALIER_KEY"]
        if let endpoint, let key { return try OperatorClient(keyFile: KeyFile.load(key), endpoint: endpoint) }
        let directory = try StateDirectory.open(state.path)
        guard let endpoint = endpoint ?? directory.endpoints?.control else {
            throw CommandError.failed(
                "no coordinator runs on the state directory '\(directory.path)': start one with espalier coordinator, or name another with --coordinator and --key"
            )
        }
        return try OperatorClient(keyFile: KeyFile.load(key ?? directory.operatorKey), endpoint: endpoint)
    }
}
