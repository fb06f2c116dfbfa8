import Foundation
import Networks
import Pruning
import Sweep
import Testing
import Torch

@testable import Engine

private let python = ProcessInfo.processInfo.environment["ESPALIER_PYTHON"]

/// PyTorch itself as the reference: checkpoints loaded there give the engine's logits.
@Suite(
    .timeLimit(.minutes(1)),
    .enabled(if: python != nil, "set ESPALIER_PYTHON to a Python that has torch; scripts/test does"))
struct LogitsTests {
    /// Pruned networks on random images, masks and all.
    @Test(arguments: Network.names) func pyTorchAgrees(_ name: String) throws {
        let scratch = try Scratch()
        let network = try Network.named(name, inputShape: [1, 28, 28], classes: 10)
        let model = try Model(network: network, parameters: network.initialParameters(seed: 1))
        let masks = try withNoGrad {
            try Dictionary(
                uniqueKeysWithValues: network.prunable.map { parameter in
                    let weight = try #require(model.parameters[parameter.name]).abs()
                    let middle = try weight.detach().kthValue((parameter.count + 1) / 2)
                    return (parameter.name, try weight.greater(middle))
                })
        }
        try model.setMasks(Masks(masks, of: network))
        try Checkpoint.write(model, stage: StageKey(hashing: "test"), to: scratch("checkpoint"))
        try LogitsExport.write(
            Checkpoint.read(network, from: scratch("checkpoint")).model,
            inputs: Generator(seed: 1).normal([64, 1, 28, 28]), labels: Tensor.zeros([64], dtype: .int64),
            to: scratch("logits"))
        let (status, output) = try Self.check(scratch("checkpoint"), scratch("logits"))
        #expect(status == 0, "\(output)")
        // The script notices a difference: other parameters, the same logits.
        let other = try Model(network: network, parameters: network.initialParameters(seed: 2))
        try Checkpoint.write(other, stage: StageKey(hashing: "test"), to: scratch("other"))
        #expect(try Self.check(scratch("other"), scratch("logits")).status == 1)
    }

    @Test func pyTorchAgreesOnATrainedNetwork() throws {
        let scratch = try Scratch()
        let stage = try Digits.dense()
        let checkpoint = try Digits.finish(stage, in: scratch("work")).checkpoint
        try LogitsExport.write(
            network: stage.network, dataset: stage.dataset, dataDirectory: "", checkpoint: checkpoint, count: 64,
            to: scratch("logits"))
        let (status, output) = try Self.check(checkpoint, scratch("logits"))
        #expect(status == 0, "\(output)")
        #expect(output.contains("over 64 inputs"))
    }

    private static func check(_ checkpoint: String, _ logits: String) throws -> (status: Int32, output: String) {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "check_logits.py")
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: try #require(python))
        process.arguments = [script.path, checkpoint, logits]
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
