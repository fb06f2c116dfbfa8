internal import Files
package import Foundation
internal import Sweep

/// Writes a sweep's report as files, each whole or not at all.
package enum ReportWriter {
    /// Writes `results.csv`, `frontier.csv`, `frontier.json`, `report.html` and `figures/NAME.vl.json`; before them
    /// `origin.json`, by which ``obstacle(in:stateIdentity:)`` knows the report again.
    ///
    /// The directory is made where missing, with its parents; files of an earlier report are replaced one by one. Works
    /// for unfinished sweeps too.
    ///
    /// - Returns: the paths of the files that people read, the page first.
    /// - Throws: `FileError` with the path and what to do about it.
    @discardableResult
    package static func write(_ results: SweepResults, to directory: URL) throws -> [URL] {
        let frontier = SweepFrontier(results)
        let charts = Chart.all(of: results, frontier: frontier)
        let page = ReportPage(results: results, frontier: frontier, charts: charts)
        let figures = directory.appendingPathComponent("figures")
        // Everything is worked out before anything is written.
        let files: [(directory: URL, name: String, text: String)] =
            [
                (directory, "report.html", try page.html(with: .load())),
                (directory, "results.csv", results.csv),
                (directory, "frontier.csv", frontier.csv),
                (directory, "frontier.json", try frontier.json(of: results).text()),
            ] + (try charts.map { (figures, "\($0.name).vl.json", try $0.standalone.text()) })
        try WholeFile.makeDirectory(figures.path)
        try ReportOrigin(stateIdentity: results.stateIdentity, sweep: results.id).write(to: directory)
        return try files.map { file in
            let url = file.directory.appendingPathComponent(file.name)
            try WholeFile.write(Data(file.text.utf8), to: url.path)
            return url
        }
    }
}
