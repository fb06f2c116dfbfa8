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
    @Test(arguments: NetworkCatalogue.entries) func pyTorchAgrees(_ entry: NetworkCatalogue.Entry) throws {
        let scratch = try Scratch()
        let side = max(28, entry.smallestImage)
        let network = try Network.named(entry.name, inputShape: [1, side, side], classes: 10)
        try Checkpoint.write(Self.pruned(network), stage: StageKey(hashing: "test"), to: scratch("checkpoint"))
        try LogitsExport.write(
            Checkpoint.read(network, from: scratch("checkpoint")).model,
            inputs: Generator(seed: 1).normal([16, 1, side, side]), labels: Tensor.zeros([16], dtype: .int64),
            to: scratch("logits"))
        let (status, output) = try Self.check(scratch("checkpoint"), scratch("logits"))
        #expect(status == 0, "\(output)")
    }

    /// The script notices a difference: other parameters, the same logits.
    @Test func pyTorchNoticesOtherParameters() throws {
        let scratch = try Scratch()
        let network = try Network.named("resnet-20", inputShape: [1, 28, 28], classes: 10)
        try LogitsExport.write(
            Self.pruned(network), inputs: Generator(seed: 1).normal([16, 1, 28, 28]),
            labels: Tensor.zeros([16], dtype: .int64), to: scratch("logits"))
        // Only the running moments of one layer are other ones.
        let other = try Self.pruned(network)
        try withNoGrad { try #require(other.parameters["bn1.running_mean"]).fill(0.5) }
        try Checkpoint.write(other, stage: StageKey(hashing: "test"), to: scratch("other"))
        let (status, output) = try Self.check(scratch("other"), scratch("logits"))
        #expect(status == 1 && output.contains("the logits differ"), "\(output)")
    }

    /// Half of each layer's weights pruned; batch normalisations that do something.
    private static func pruned(_ network: Network) throws -> Model {
        var parameters = try network.initialParameters(seed: 1)
        for (index, value) in network.values.enumerated() {
            let generator = try Generator(seed: UInt64(index))
            switch value.kind {
            case .weight, .bias: continue
            case .scale, .variance: parameters[value.name] = try generator.uniform(value.shape, low: 0.5, high: 1.5)
            case .shift, .mean: parameters[value.name] = try generator.normal(value.shape, deviation: 0.3)
            }
        }
        let model = try Model(network: network, parameters: parameters)
        var masks: [String: Tensor] = [:]
        for parameter in network.prunable {
            let magnitudes = try #require(parameters[parameter.name]).detach().abs()
            masks[parameter.name] = try magnitudes.greater(magnitudes.kthValue((parameter.count + 1) / 2))
        }
        try withNoGrad { try model.setMasks(Masks(masks, of: network)) }
        return model
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
        // -B: no cache of modules beside the sources.
        process.arguments = ["-B", script.path, checkpoint, logits]
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
