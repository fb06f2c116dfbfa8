internal import Coordinator
internal import Sweep
internal import Worker
internal import ZeroMQ

/// A failure the user can act on: one sentence that names the thing, the place and the remedy.
struct CommandError: Error, CustomStringConvertible {
    let description: String
    let exitCode: Int32

    /// Wrong usage or invalid input: exit code 2.
    static func invalid(_ sentence: String) -> CommandError { CommandError(description: sentence, exitCode: 2) }
    /// The command was right and failed: exit code 1.
    static func failed(_ sentence: String) -> CommandError { CommandError(description: sentence, exitCode: 1) }

    /// 2 where the command or its input has to change before it can work, 1 for anything else.
    static func exitCode(of error: any Error) -> Int32 {
        switch error {
        case let error as CommandError: error.exitCode
        case is SweepFileError: 2
        case let error as KeyFileError: error.code == .unwritable ? 1 : 2
        case let error as WorkerError: error.code == .invalidConfiguration ? 2 : 1
        case let error as ZeroMQError: error.code == .invalidEndpoint ? 2 : 1
        case let error as CoordinatorError:
            [.notInitialised, .exists, .invalidName, .nameTaken, .unknownName].contains(error.code) ? 2 : 1
        case let error as OperatorError: [.invalid, .unknownKey].contains(error.code) ? 2 : 1
        default: 1
        }
    }
}
