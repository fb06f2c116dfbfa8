import Foundation
import Sweep
import Testing

/// The sweep files a user starts from.
@Suite struct ExampleSweepTests {
    static let folder = deployFolder.appending(path: "sweeps")

    /// File, tasks, stages, training epochs: what its comments promise a user of two cores rests on the epochs.
    @Test(arguments: [
        ("digits-demo", 4 * 5 * 3, 63, 660), ("mnist-lenet-300-100", 4 * 5 * 3, 63, 660),
        ("mnist-lenet-5", 3 * 3 * 2, 20, 66), ("cifar10-resnet20", 6 * 4 * 2, 50, 24 + 96),
        ("mnist-noiseout", 6 * 5, 35, 50 + 5 * (4 * 100 + 110 + 60)),
        // 30 dense, 15 of the control; 17 entries retrained once, movement twice as long, 7 trained from scratch, 2 trained
        // and retrained, 5 rounds of the lottery ticket and of NNrelief, NoiseOut's 2 under four kinds of noise; two levels of the
        // last one's control.
        (
            "mnist-all-methods", 33 * 6 * 3 + 3 + 6, 606,
            45 + 18 * (17 * 5 + 10 + 7 * 10 + 2 * 15 + 2 * 25 + 4 * 10) + 6 * 20
        ),
    ])
    func isPlannedAsItsCommentsSay(name: String, tasks: Int, stages: Int, epochs: Int) throws {
        let yaml = try String(contentsOf: Self.folder.appending(path: "\(name).yaml"), encoding: .utf8)
        let summary = PlanSummary(try Plan(SweepFile(yaml: yaml, fileName: "\(name).yaml")))
        #expect(summary.name == name)
        #expect((summary.tasks, summary.stages, summary.epochs) == (tasks, stages, epochs))
    }

    @Test func everyExampleIsCovered() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(
            files.sorted() == [
                "cifar10-resnet20.yaml", "digits-demo.yaml", "mnist-all-methods.yaml", "mnist-lenet-300-100.yaml",
                "mnist-lenet-5.yaml", "mnist-noiseout.yaml",
            ])
    }

    @Test func allMethodsAreAllMethods() throws {
        let yaml = try String(contentsOf: Self.folder.appending(path: "mnist-all-methods.yaml"), encoding: .utf8)
        let methods = try SweepFile(yaml: yaml, fileName: "all").methods.map(\.method)
        #expect(Set(methods) == Set(MethodCatalogue.names))
    }

    @Test func cifarHasSixMethodsOrMoreOfBothKinds() throws {
        let yaml = try String(contentsOf: Self.folder.appending(path: "cifar10-resnet20.yaml"), encoding: .utf8)
        let structures = try SweepFile(yaml: yaml, fileName: "cifar").methods.map {
            MethodCatalogue[$0.method]?.structure
        }
        #expect(structures.count >= 6 && structures.contains(.unstructured) && structures.contains(.channel))
    }
}
