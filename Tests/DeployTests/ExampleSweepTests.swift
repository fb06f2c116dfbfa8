import Foundation
import Sweep
import Testing

/// The sweep files a user starts from.
@Suite struct ExampleSweepTests {
    static let folder = deployFolder.appending(path: "sweeps")

    /// File, tasks, stages, training epochs: what its comments promise a user of two cores rests on the epochs.
    @Test(arguments: [
        ("digits-demo", 4 * 5 * 3, 63, 660), ("mnist-lenet-300-100", 4 * 5 * 3, 63, 660),
        ("mnist-lenet-5", 3 * 3 * 2, 20, 66),
    ])
    func isPlannedAsItsCommentsSay(name: String, tasks: Int, stages: Int, epochs: Int) throws {
        let yaml = try String(contentsOf: Self.folder.appending(path: "\(name).yaml"), encoding: .utf8)
        let summary = PlanSummary(try Plan(SweepFile(yaml: yaml, fileName: "\(name).yaml")))
        #expect(summary.name == name)
        #expect((summary.tasks, summary.stages, summary.epochs) == (tasks, stages, epochs))
    }

    @Test func everyExampleIsCovered() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(files.sorted() == ["digits-demo.yaml", "mnist-lenet-300-100.yaml", "mnist-lenet-5.yaml"])
    }
}
