internal import ArgumentParser
internal import Report
internal import Sweep
internal import Terminal

/// `espalier plan`: what a sweep file would run, without running it.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Print a sweep's tasks and stages, what they share, and what sharing saves.",
        discussion: """
            Checks the sweep file completely and contacts nobody. A stage that several tasks need, such as the dense \
            network of a seed, is run once; the saving is against running each task alone.
            """)

    @Argument(help: ArgumentHelp("The sweep file (YAML).", valueName: "FILE"), completion: .sweepFile)
    var file: String

    @OptionGroup var json: JSONFlag

    func run() throws {
        let summary = PlanSummary(try SweepSource(path: file).plan)
        if json.isSet {
            try Terminal.printJSON(summary)
        } else {
            try Terminal.print(summary.text(width: Terminal.outputWidth))
        }
    }
}
