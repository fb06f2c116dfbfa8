internal import Foundation
internal import Networks
internal import Pruning
internal import Sweep
internal import Torch

/// How far a stage has come.
struct Position: Codable, Hashable {
    /// Of ``Schedule/Round/index``. A round of pruning at epoch 0, step 0 has not pruned yet.
    var round: Int
    var epoch = 0
    /// Of the epoch.
    var step = 0
    /// Steps of the whole stage.
    var completed = 0
}

/// The file from which an unfinished stage goes on as if it had never stopped.
///
/// Besides the model it holds the optimiser's state (under "optimizer/"), the method's (under "method/"), what rewinding
/// goes back to (under "origin/"), the loss summed so far in the current epoch and, as metadata, the position and
/// everything measured on the way.
struct ResumeCheckpoint {
    /// What was measured on the way.
    struct Record: Codable {
        var position: Position
        var curve: [Outcome.EpochRecord] = []
        /// Epochs of training behind the values the stage started from.
        var earlierEpochs = 0
        /// Floating-point operations of all training steps.
        var trainingOperations = 0.0
        /// Wall seconds of earlier attempts.
        var seconds = 0.0
        /// Measures that stand before the end: right after pruning, or recorded by the method; by name.
        var measures: [String: Double] = [:]

        /// Whether the numbers can be those of a stage; the file is not trusted.
        var isPlausible: Bool {
            [position.round, position.epoch, position.step, position.completed, earlierEpochs].allSatisfy {
                (0...1 << 40).contains($0)
            }
        }
    }

    private static let format = "espalier-resume-2"

    private static let optimizerPrefix = "optimizer/"
    private static let methodPrefix = "method/"
    private static let originPrefix = "origin/"
    private static let lossName = "loss_sum"

    let model: Model
    let record: Record
    let optimizerState: [String: Tensor]
    /// Nil where the method had none.
    let methodState: [String: Tensor]?
    let origin: [String: Tensor]?
    let lossSum: Tensor

    static func write(
        _ model: Model, optimizer: any Optimizer, method: (any Trainer)?, origin: [String: Tensor]?,
        lossSum: Tensor, record: Record, stage: StageKey, to path: String
    ) throws {
        var tensors = try Checkpoint.tensors(of: model)
        for (name, tensor) in try optimizer.state() { tensors[optimizerPrefix + name] = tensor }
        for (name, tensor) in method?.state ?? [:] { tensors[methodPrefix + name] = try tensor.detach() }
        for (name, tensor) in origin ?? [:] { tensors[originPrefix + name] = tensor }
        tensors[lossName] = lossSum
        var metadata = try Checkpoint.metadata(of: model)
        metadata["format"] = format
        metadata["stage"] = stage.hex
        metadata["record"] = String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
        try Checkpoint.save(SafeTensors(tensors: tensors, metadata: metadata), to: path)
    }

    /// The checkpoint at a path, if it is one of this stage and sound.
    ///
    /// Going on from a checkpoint and starting over give the same bits, so a damaged file costs time and nothing else.
    init?(_ dense: Network, stage: StageKey, path: String) {
        guard let file = try? SafeTensors(contentsOf: path), file.metadata["format"] == Self.format,
            file.metadata["stage"] == stage.hex, let text = file.metadata["record"],
            let record = try? JSONDecoder().decode(Record.self, from: Data(text.utf8)),
            record.isPlausible, let model = try? Checkpoint.model(of: dense, file, path: path),
            let lossSum = file.tensors[Self.lossName]
        else { return nil }
        self.model = model
        self.record = record
        self.lossSum = lossSum
        func state(_ prefix: String) -> [String: Tensor] {
            Dictionary(
                uniqueKeysWithValues: file.tensors.compactMap { name, tensor in
                    name.hasPrefix(prefix) ? (String(name.dropFirst(prefix.count)), tensor) : nil
                })
        }
        optimizerState = state(Self.optimizerPrefix)
        let (method, origin) = (state(Self.methodPrefix), state(Self.originPrefix))
        methodState = method.isEmpty ? nil : method
        self.origin = origin.isEmpty ? nil : origin
    }
}
