internal import ArgumentParser
internal import Coordinator
internal import Terminal
internal import Wire

/// `espalier cancel`: stops a sweep.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel a sweep.",
        discussion: """
            Running stages that no other sweep needs are stopped; finished stages stay cached. A sweep that has ended is \
            left as it is, exit code 1.
            """)

    @Argument(help: ArgumentHelp("The sweep's id, or 'last'.", valueName: "SWEEP"), completion: .sweep)
    var sweep: String

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var json: JSONFlag

    func run() async throws {
        let cancelled = try await connection.writing {
            try await $0.tellOfLaterSweeps(named: sweep)
            return try await $0.cancel(sweep)
        }
        if json.isSet {
            try Terminal.printJSON(["cancelled": cancelled.sweep])
        } else {
            try Terminal.print("\(cancelled.sweep): cancelled")
        }
    }
}
