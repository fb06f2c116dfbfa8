/// A failure the user can act on: one sentence that names the thing, the place and the remedy.
package struct CommandError: Error, CustomStringConvertible {
    package let description: String
    package let exitCode: Int32

    /// Wrong usage or invalid input: exit code 2.
    package static func invalid(_ sentence: String) -> CommandError {
        CommandError(description: sentence, exitCode: 2)
    }

    /// The command was right and failed: exit code 1.
    package static func failed(_ sentence: String) -> CommandError {
        CommandError(description: sentence, exitCode: 1)
    }
}
