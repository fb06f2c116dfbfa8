import Foundation
import Testing
import Torch

/// PyTorch as the reference: the Python scripts beside this file.
enum PyTorch {
    static let python = ProcessInfo.processInfo.environment["ESPALIER_PYTHON"]

    /// Runs `SCRIPT ARGUMENTS INPUT OUTPUT` and returns the tensors it writes.
    ///
    /// - Parameters:
    ///   - script: A file of this folder.
    ///   - metadata: What goes beside the tensors of the input.
    static func run(
        _ script: String, _ arguments: String..., tensors: [String: Tensor], metadata: [String: String] = [:]
    ) throws -> [String: Tensor] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-reference-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (input, output) = (folder.path + "/in", folder.path + "/out")
        try SafeTensors(tensors: tensors.mapValues { try $0.detach().contiguous() }, metadata: metadata)
            .write(to: input)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(python))
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(script).path
        // -B: no cache of modules beside the sources.
        process.arguments = ["-B", path] + arguments + [input, output]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(script) failed")
        return try SafeTensors(contentsOf: output).tensors
    }
}

extension Trait where Self == ConditionTrait {
    /// Only where there is a Python that has PyTorch.
    static var pyTorch: Self {
        .enabled(if: PyTorch.python != nil, "set ESPALIER_PYTHON to a Python that has torch; scripts/test does")
    }
}
