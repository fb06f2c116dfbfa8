internal import ArgumentParser
internal import Logging

/// How much a daemon says on standard error.
struct LogOptions: ParsableArguments {
    @Option(
        name: .customLong("log-level"),
        help: ArgumentHelp("trace, debug, info, notice, warning or error.", valueName: "LEVEL"))
    var level: Level = .info

    enum Level: String, ExpressibleByArgument, CaseIterable {
        case trace, debug, info, notice, warning, error
    }

    /// A logger that writes lines to standard error.
    func logger(_ label: String) -> Logger {
        var logger = Logger(label: label, factory: StreamLogHandler.standardError)
        logger.logLevel = Logger.Level(rawValue: level.rawValue) ?? .info
        return logger
    }
}
