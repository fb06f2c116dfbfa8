/// A failure the user can act on: one sentence that names the thing, the place and the remedy.
struct CommandError: Error {
    let sentence: String
    let exitCode: Int32

    /// Wrong usage or invalid input: exit code 2.
    static func invalid(_ sentence: String) -> CommandError { CommandError(sentence: sentence, exitCode: 2) }
    /// The command was right and failed: exit code 1.
    static func failed(_ sentence: String) -> CommandError { CommandError(sentence: sentence, exitCode: 1) }
}
