import Foundation
import Report
import Sweep
import Testing

@Suite(.serialized) struct BrowserTests {
    /// Looked for on the path, under the names Debian and others give it.
    static let chromium = ["chromium", "chromium-browser", "google-chrome"].lazy.compactMap { name in
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }.first

    @Test(
        "every figure is drawn by a browser without an error or a request",
        .enabled(if: chromium != nil, "needs Chromium on the path"), .timeLimit(.minutes(1)))
    func figuresAreDrawn() throws {
        let directory = try TemporaryDirectory()
        let hostile = "</script><img src=x onerror=\"document.title='owned'\">"
        var results = Fixture.realistic()
        results.plan.name = hostile
        for index in results.rows.indices where results.rows[index].task.label == "random" {
            results.rows[index].task.label = hostile
        }
        let page = try #require(try ReportWriter.write(results, to: directory.url).first)
        let (dom, log) = try browse(page, profile: directory.url.appendingPathComponent("profile"))
        let drawn = dom.contains("data-figures=\"drawn\"")
        let figures = dom.components(separatedBy: "<svg").count - 1
        let owned = dom.contains("<title>owned")
        #expect(drawn && figures >= 6, "\(figures) drawings")
        #expect(!owned, "a name of the sweep was run as a script")
        // The one expected line: the bundle's Vega-Lite compiles for the Vega before the bundle's own.
        let console = log.split(separator: "\n").filter {
            $0.contains("CONSOLE") && !$0.contains("The compiled spec uses Vega")
        }
        #expect(console.isEmpty)
    }

    private func browse(_ page: URL, profile: URL) throws -> (dom: String, log: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.chromium))
        process.arguments = [
            "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--user-data-dir=\(profile.path)",
            "--window-size=1280,2400", "--virtual-time-budget=8000", "--dump-dom", page.absoluteString,
        ]
        // Files, not pipes: neither stream can fill up and block the other.
        let streams = try [profile.path + ".dom", profile.path + ".log"].map { path in
            try Data().write(to: URL(fileURLWithPath: path))
            return try #require(FileHandle(forUpdatingAtPath: path))
        }
        process.standardOutput = streams[0]
        process.standardError = streams[1]
        try process.run()
        process.waitUntilExit()
        let texts = try streams.map { stream in
            try stream.seek(toOffset: 0)
            return String(decoding: try stream.readToEnd() ?? Data(), as: UTF8.self)
        }
        return (texts[0], texts[1])
    }
}
