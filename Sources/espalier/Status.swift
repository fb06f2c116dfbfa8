internal import ArgumentParser
internal import Coordinator
internal import Terminal

/// `espalier status`: a sweep, the workers, and what failed and why.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show a sweep's state, the workers, and what failed and why.",
        discussion: """
            For every running stage: how far it is, for how long it has run, and for how long its engine has been silent \
            where that is half a minute or more. Workers that left or were lost are listed too.
            """)

    @Argument(
        help: ArgumentHelp("A sweep's id, or 'last'; without it, every sweep.", valueName: "SWEEP"),
        completion: .sweep)
    var sweep = ""

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var json: JSONFlag

    func run() async throws {
        let status = try await connection.reading {
            try await $0.tellOfLaterSweeps(named: sweep)
            return try await $0.status(of: sweep)
        }
        if json.isSet {
            try Terminal.printJSON(StatusDocument(status))
        } else {
            try Terminal.print(status.text)
        }
    }
}
