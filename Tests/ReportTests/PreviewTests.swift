import Foundation
import Report
import Testing

@Suite struct PreviewTests {
    @Test func preview() throws {
        try ReportWriter.write(Fixture.realistic(), to: URL(fileURLWithPath: "/tmp/espalier-preview/full"))
        try ReportWriter.write(
            Fixture.realistic(finished: false), to: URL(fileURLWithPath: "/tmp/espalier-preview/part"))
        try ReportWriter.write(Fixture.small(), to: URL(fileURLWithPath: "/tmp/espalier-preview/small"))
        print(SweepFrontier(Fixture.realistic()).textTable.terminal(inColour: false))
    }
}
