import Files
import Foundation
import Testing

@testable import Report

/// A report is not written over what is not its own.
@Suite struct ReportOriginTests {
    let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private func obstacle(_ name: String, for state: String?) throws -> String? {
        try ReportWriter.obstacle(in: directory.url.appendingPathComponent(name), stateIdentity: state)
    }

    @Test func anEarlierReportOfTheSameStateIsReplaced() throws {
        var results = Fixture.small()
        results.stateIdentity = "here"
        try ReportWriter.write(results, to: directory.url.appendingPathComponent("report"))
        #expect(try obstacle("report", for: "here") == nil)
        #expect(try obstacle("report", for: "there") == "holds a report of another state directory")
        #expect(try obstacle("report", for: nil) == "holds a report of another state directory")
    }

    @Test func anEmptyFolderOrNoneIsFree() throws {
        try FileManager.default.createDirectory(
            at: directory.url.appendingPathComponent("empty"), withIntermediateDirectories: true)
        #expect(try obstacle("empty", for: "here") == nil)
        #expect(try obstacle("none", for: nil) == nil)
    }

    @Test(arguments: ["report.html", "thesis.tex", "origin.json"]) func otherFilesAreNotOurs(name: String) throws {
        try Data("{}".utf8).write(to: directory.url.appendingPathComponent(name))
        #expect(try obstacle("", for: "here") == "holds files that are not a report of this state directory")
    }

    @Test(.enabled(if: geteuid() != 0, "root may write anywhere")) func aFolderOfSomebodyElse() throws {
        let error = #expect(throws: FileError.self) {
            try ReportWriter.obstacle(in: URL(fileURLWithPath: "/usr"), stateIdentity: "here")
        }
        #expect(error?.number == EACCES)
    }

    @Test func aFileInItsPlace() throws {
        try Data().write(to: directory.url.appendingPathComponent("file"))
        #expect(throws: FileError.self) { try obstacle("file", for: "here") }
    }
}
