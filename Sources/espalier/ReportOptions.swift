internal import ArgumentParser
internal import Foundation
internal import Report
internal import Terminal

/// Where a report goes: shared by `run` and `report`.
struct ReportOptions: ParsableArguments {
    @Option(
        name: .customLong("out"),
        help: ArgumentHelp(
            "The folder for the report; made where missing, an earlier report of the same state directory is replaced.",
            discussion: "Default: espalier-report/<sweep id>.", valueName: "DIR"),
        completion: .directory)
    var out: String?

    @Flag(help: "Write the report also where the folder holds other files, or a report of another state directory.")
    var overwrite = false

    /// The folder for a sweep's report; fails where something would be lost that is not this state's.
    ///
    /// - Parameter stateIdentity: Nil for a state directory that does not exist yet.
    func folder(for sweep: String, stateIdentity: String?) throws -> URL {
        let folder = URL(fileURLWithPath: out ?? "espalier-report/\(sweep)")
        if let obstacle = try ReportWriter.obstacle(in: folder, stateIdentity: stateIdentity), !overwrite {
            throw CommandError.invalid(
                "the folder '\(folder.path)' \(obstacle): name another with --out DIR, or replace it with --overwrite")
        }
        return folder
    }
}
