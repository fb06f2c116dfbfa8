internal import ArgumentParser
internal import Logging
internal import Terminal

/// How much a daemon says on standard error.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case trace, debug, info, notice, warning, error

    /// A logger that writes lines to standard error.
    func logger(_ label: String) -> Logger {
        var logger = Logger(label: label, factory: { _ in StandardErrorLog() })
        logger.logLevel = Logger.Level(rawValue: rawValue) ?? .info
        return logger
    }
}
