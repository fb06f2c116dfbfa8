internal import ArgumentParser
internal import Coordinator
internal import Report
internal import Terminal

/// `espalier frontier`: the accuracy/sparsity frontier as a table.
struct FrontierCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "frontier",
        abstract: "Print a sweep's accuracy/sparsity frontier.",
        discussion: """
            First the answer: the sparsest network within 0.5, 1 and 2 points of dense, and how sure that is. Then one \
            row per method and level: mean and standard deviation (n-1) over seeds, 95 % interval, difference to the \
            dense network of the same seed. Works while the sweep runs.
            """)

    enum Format: String, EnumerableFlag {
        case text, json, csv, markdown

        static func help(for format: Format) -> ArgumentHelp? {
            switch format {
            case .text: "An aligned table."
            case .json: "JSON for scripts, the same as frontier.json of the report."
            case .csv: "CSV, the same as frontier.csv of the report."
            case .markdown: "A Markdown table."
            }
        }
    }

    @OptionGroup var sweep: SweepArgument
    @Flag var format: Format = .text
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let results = try await connection.results(of: sweep)
        let frontier = SweepFrontier(results)
        switch format {
        case .text:
            try Terminal.print(frontier.terminalText(inColour: Terminal.hasColor, width: Terminal.outputWidth))
        case .markdown: try Terminal.print(frontier.markdownText)
        case .csv: try Terminal.print(frontier.csv, terminator: "")
        case .json: try Terminal.print(try frontier.jsonText(of: results), terminator: "")
        }
    }
}
