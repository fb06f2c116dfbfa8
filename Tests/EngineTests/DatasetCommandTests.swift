import Engine
import Foundation
import Sweep
import Testing

/// `espalier-engine dataset`: what it prints can stand in a sweep file, and the stage then finds its data.
@Suite(.timeLimit(.minutes(1))) struct DatasetCommandTests {
    /// What `espalier-engine` writes with these arguments, less than a pipe holds, and its exit code.
    static func printed(_ arguments: [String]) throws -> (output: String, remarks: String, status: Int32) {
        let process = Process()
        let (output, remarks) = (Pipe(), Pipe())
        process.executableURL = EngineProcess.executable
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = remarks
        try process.run()
        func text(_ pipe: Pipe) -> String {
            String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        let texts = (text(output), text(remarks))
        process.waitUntilExit()
        return (texts.0, texts.1, process.terminationStatus)
    }

    /// 200 training and 40 test images 16x16 of 4 classes, bright where their label says, as IDX files.
    static func writeImages(to path: String) throws {
        let folder = URL(fileURLWithPath: path)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (part, count) in [("train", 200), ("t10k", 40)] {
            let images = (0..<count).flatMap { image in (0..<256).map { UInt8($0 / 64 == image % 4 ? 200 : 20) } }
            let labels = (0..<count).map { UInt8($0 % 4) }
            try Data([0, 0, 8, 3, 0, 0, 0, UInt8(count), 0, 0, 0, 16, 0, 0, 0, 16] + images)
                .write(to: folder.appendingPathComponent("\(part)-images-idx3-ubyte"))
            try Data([0, 0, 8, 1, 0, 0, 0, UInt8(count)] + labels)
                .write(to: folder.appendingPathComponent("\(part)-labels-idx1-ubyte"))
        }
    }

    /// The folder has the name of a data set of the catalogue.
    @Test func itsTextGoesIntoASweepFile() throws {
        let scratch = try Scratch()
        try Self.writeImages(to: scratch("mnist"))
        let (text, remarks, status) = try Self.printed(["dataset", "mnist", "--data", scratch.path])
        #expect(status == 0)
        #expect(
            remarks == """
                training: 200 images (0: 50, 1: 50, 2: 50, 3: 50)
                test: 40 images (0: 10, 1: 10, 2: 10, 3: 10)

                """)
        let file = try SweepFile(
            yaml: "\(text)network: lenet-300-100\nmethods: [random]\ntraining: {epochs: 5, batch-size: 20}\n",
            fileName: "s.yaml")
        let (json, _, _) = try Self.printed(["dataset", "mnist", "--data", scratch.path, "--json"])
        let document = try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(
            document.keys.sorted() == ["classes", "deviation", "digest", "folder", "format", "image", "mean", "name"])
        #expect(document["digest"] as? String == file.dataset.digest)
        #expect(file.dataset.name == "my-mnist" && file.dataset.folder == "mnist")
        let stage = try #require(Plan(file).stages.first?.stage)
        let job = Job(key: try stage.key, stage: stage, dataDirectory: scratch.path, workDirectory: scratch("work"))
        #expect(try StageRunner.outcome(of: job)[.testAccuracy] == 1)
    }

    @Test func whatItCannotReadIsSaidInASentence() throws {
        let scratch = try Scratch()
        for (arguments, says) in [
            (["none", "--data", scratch.path], "espalier-engine: cannot read the folder \(scratch("none"))"),
            (["../x", "--data", scratch.path], "espalier-engine: '../x' is no folder name"),
            (["x", "--data", "/nowhere"], "espalier-engine: there is no data directory /nowhere"),
        ] {
            let (output, remarks, status) = try Self.printed(["dataset"] + arguments)
            #expect(remarks.hasPrefix(says) && remarks.split(separator: "\n").count == 1, "\(remarks)")
            #expect(output.isEmpty && status == 2)
        }
    }
}
