internal import ArgumentParser
internal import Coordinator
internal import Terminal
internal import Wire

/// `espalier submit`: hands a sweep file to a running coordinator.
struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Submit a sweep file to the coordinator.",
        discussion: """
            The file is checked here first; the coordinator runs only stages that no earlier sweep has run. Prints the \
            sweep's id, which watch, status, frontier, report and cancel take. A file that was submitted before, with the \
            same tasks, is the same sweep and goes on: what failed is tried again, and a cancelled sweep is taken up again.
            """)

    @Argument(help: ArgumentHelp("The sweep file (YAML).", valueName: "FILE"), completion: .sweepFile)
    var file: String

    @Flag(help: "Run every stage again, whatever earlier sweeps have done; the new results replace the old ones.")
    var fresh = false

    @Flag(help: "Stay and show progress until the sweep ends.")
    var watch = false

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var json: JSONFlag

    func run() async throws {
        let source = try SweepSource(path: file)
        let client = try await connection.connect()
        let submission = try await Submission(source, to: client, isFresh: fresh)
        let submitted = submission.sweep
        if json.isSet {
            try Terminal.printJSON(
                Submitted(
                    sweep: submitted.sweep, tasks: submitted.tasks, stages: submitted.stages, cached: submitted.cached),
                asLine: watch)
        } else {
            try Terminal.print(submission.sentence)
        }
        if watch {
            try await Watch(client: client, sweep: submitted.sweep, printsJSON: json.isSet).untilEnd()
        }
    }

    private struct Submitted: Encodable {
        let sweep: String
        let tasks, stages, cached: UInt32
    }
}
