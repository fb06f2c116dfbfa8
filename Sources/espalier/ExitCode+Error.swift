internal import ArgumentParser
internal import Coordinator
internal import Sweep
internal import Worker
internal import ZeroMQ

extension ExitCode {
    /// 2 where the command or its input has to change before it can work, 1 for anything else.
    init(of error: any Error) {
        let isInvalid =
            switch error {
            case is SweepFileError: true
            case let error as KeyFileError: error.code != .unwritable
            case let error as WorkerError: error.code == .invalidConfiguration
            case let error as ZeroMQError: error.code == .invalidEndpoint
            case let error as CoordinatorError:
                [.notInitialised, .exists, .invalidName, .nameTaken, .unknownName].contains(error.code)
            case let error as OperatorError: [.invalid, .unknownKey].contains(error.code)
            default: false
            }
        self.init(isInvalid ? 2 : 1)
    }
}
