internal import ArgumentParser
internal import Coordinator
internal import Foundation
internal import Report
internal import Terminal

/// `espalier report`: CSV, JSON and a single HTML page.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a sweep's report: results.csv, frontier.csv, frontier.json, report.html, figures.",
        discussion: """
            report.html is one file that needs no network. In the CSV files text that a spreadsheet would take for a formula has \
            a single quote in front. Works while the sweep runs.
            """)

    @OptionGroup var sweep: SweepArgument
    @OptionGroup var report: ReportOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var json: JSONFlag

    private struct Document: Encodable {
        let answer, files: [String]
    }

    func run() async throws {
        let results = try await connection.results(of: sweep)
        let folder = try report.folder(for: results.id, stateIdentity: results.stateIdentity)
        let paths = try ReportWriter.write(results, to: folder).map(\.path)
        if json.isSet {
            try Terminal.printJSON(Document(answer: SweepFrontier(results).answerSentences, files: paths))
        } else {
            try Terminal.print(paths.joined(separator: "\n"))
        }
    }
}
