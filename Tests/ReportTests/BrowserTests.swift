import Foundation
import Report
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
        #expect(dom.contains("data-figures=\"drawn\""), "the script did not finish: \(log)")
        #expect(dom.components(separatedBy: "<svg").count - 1 >= 6)
        #expect(!dom.contains("could not be drawn"))
        #expect(!dom.contains("<title>owned"), "a sweep's name was run as a script")
        #expect(!dom.contains("<img"))
        #expect(!log.contains("CONSOLE"), "the browser's console: \(log)")
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
            FileManager.default.createFile(atPath: path, contents: nil)
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
