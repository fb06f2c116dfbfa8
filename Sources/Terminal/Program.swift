package import ArgumentParser
internal import Files

// How a program begins and ends, so that every command's output, refusals and exit codes follow one rule.
extension ParsableCommand {
    /// The command that the program was started with. Call it first in `main`.
    package static func begin() throws -> any ParsableCommand {
        StandardStream.prepare()
        try CommandLineText.check()
        return try parseAsRoot()
    }

    /// Says how a program ended that threw: help goes to standard output, a refusal to standard error.
    ///
    /// - Parameter exitCode: of errors that do not bring their own, 1 or 2.
    /// - Returns: the program's exit code.
    package static func end(_ error: any Error, exitCode: (any Error) -> ExitCode) -> Int32 {
        if let code = error as? ExitCode { return code.rawValue }
        switch Self.exitCode(for: error) {
        case .success:
            do {
                try Terminal.print(fullMessage(for: error))
                return 0
            } catch {
                return end(error, exitCode: exitCode)
            }
        case .failure:
            Terminal.say("\(configuration.commandName ?? "espalier"): \(error)")
            return (error as? CommandError)?.exitCode ?? exitCode(error).rawValue
        default:
            Terminal.say(fullMessage(for: error))
            return 2
        }
    }
}
