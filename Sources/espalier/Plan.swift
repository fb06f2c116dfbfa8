internal import ArgumentParser
internal import Foundation
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

/// A sweep file on this machine's disk, read and checked.
struct SweepSource {
    let path: String
    let yaml: String
    let plan: Plan

    /// Fails with every problem of the file, one sentence each, and exit code 2.
    init(path: String) throws {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CommandError.invalid("there is no sweep file '\(path)': see deploy/sweeps for examples")
        }
        guard !isDirectory.boolValue else {
            throw CommandError.invalid("'\(path)' is a directory: name a sweep file (YAML)")
        }
        do {
            yaml = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw CommandError.invalid("'\(path)' cannot be read as UTF-8 text: check its permissions and encoding")
        }
        self.path = path
        do {
            plan = try Plan(SweepFile(yaml: yaml, fileName: path))
        } catch {
            throw CommandError.invalid("\(error)")
        }
    }
}
