import Foundation
import Sweep
import Testing

@testable import Engine

/// Every failure is one sentence with the thing and the remedy, and names its cause.
@Suite(.timeLimit(.minutes(1))) struct FailureTests {
    static func failure(_ stage: Stage, _ scratch: Scratch, checkpoint: String? = nil, data: String = "") -> EngineError
    {
        let error = #expect(throws: EngineError.self) {
            try StageRunner.outcome(
                of: Job(
                    key: stage.key, stage: stage, dataDirectory: data, workDirectory: scratch("work"),
                    checkpoint: checkpoint))
        }
        return error ?? EngineError(.crash, "")
    }

    static let refusals: [(change: @Sendable (inout Stage) -> Void, says: String)] = [
        ({ $0.network = "lenet-6" }, "this engine has lenet-300-100, lenet-5, mobilenet-v1"),
        ({ $0.network = "lenet-5" }, "layer conv2 cannot take an input of shape [20, 2, 2]"),
        ({ $0.dataset.name = "letters" }, "this engine has cifar-10, digits, mnist"),
        ({ $0.dataset.digest = "abc" }, "same version of Espalier"),
        (
            {
                $0.dataset = DatasetReference(
                    name: "mnist", digest: DatasetCatalogue["mnist"]?.digest ?? "", validation: 0.1)
            }, "none was given; start with --data DIR"
        ),
    ]

    @Test(arguments: refusals.indices) func refusesTheStage(_ index: Int) throws {
        let (change, says) = Self.refusals[index]
        var stage = try Digits.dense()
        change(&stage)
        let failure = Self.failure(stage, try Scratch())
        #expect(failure.cause == .invalidStage)
        #expect(failure.description.contains(says), "\(failure)")
    }

    @Test func refusesTheMethod() throws {
        let scratch = try Scratch()
        let dense = try Digits.dense(epochs: 2)
        let parent = try Digits.finish(dense, in: scratch("dense")).checkpoint
        var stage = try Digits.pruned(dense, "random", .sparsity(0.5))
        stage.pruning?.method = "randon"
        let failure = Self.failure(stage, scratch, checkpoint: parent)
        #expect(failure.cause == .invalidStage)
        #expect(failure.description.contains("unknown method 'randon'"))
        stage = try Digits.pruned(dense, "random", .sparsity(0.5), epochs: 3)
        #expect(Self.failure(stage, scratch, checkpoint: parent).description.contains("lower retrain.epochs"))
    }

    // MARK: - Batches of one image

    /// So many of the 1,438 images to train on; all others are held out.
    private static func stage(_ network: String, images: Int, batchSize: Int) throws -> Stage {
        var stage = try Digits.dense(epochs: 2, learningRate: 0.01)
        stage.network = network
        stage.dataset.validation = 1 - Double(images) / 1438
        stage.training.batchSize = batchSize
        return stage
    }

    /// A batch normalisation over one image learns from that image's pixels: four and more in resnet-20 on 8x8 images.
    /// One image left over goes with the batch before it; two are a batch of their own.
    @Test(arguments: [(14, 1, 14), (14, 12, 2), (14, 13, 1), (14, 15, 1), (1, 1, 1), (1, 64, 1)])
    func trainsOnBatchesOfOneImage(_ images: Int, _ batchSize: Int, _ steps: Int) throws {
        let scratch = try Scratch()
        let stage = try Self.stage("resnet-20", images: images, batchSize: batchSize)
        let (outcome, _) = try Digits.finish(stage, in: scratch.path)
        #expect(outcome.status == .ok, "\(outcome.note)")
        #expect(outcome[.trainingSteps] == Double(2 * steps))
        #expect(outcome.epochs.count == 2)
        #expect(outcome.epochs.allSatisfy { $0.trainingLoss.isFinite && $0.validationLoss.isFinite })
    }

    /// mobilenet-v1 comes down to one pixel, so that a batch of one image has one value per channel.
    @Test(arguments: [(14, 1), (1, 64)]) func refusesBatchesOfOneValueAChannel(_ images: Int, _ batchSize: Int) throws {
        let stage = try Self.stage("mobilenet-v1", images: images, batchSize: batchSize)
        let failure = Self.failure(stage, try Scratch())
        #expect(failure.cause == .invalidStage)
        #expect(failure.description.contains("one value per channel"), "\(failure)")
        #expect(failure.description.contains("use a training.batch-size of at least 2"), "\(failure)")
    }

    @Test func oneImageLeftOverIsNoBatchOfOneValueAChannel() throws {
        let scratch = try Scratch()
        let stage = try Self.stage("mobilenet-v1", images: 14, batchSize: 13)
        #expect(try Digits.finish(stage, in: scratch.path).outcome.status == .ok)
    }

    @Test func refusesStagesOfAnotherArithmetic() throws {
        var stage = try Digits.dense(epochs: 1)
        stage.generation += 1
        var failure = Self.failure(stage, try Scratch())
        #expect(failure.cause == .invalidStage)
        #expect(failure.description.contains("use the same release"), "\(failure)")
        stage = try Digits.pruned(Digits.dense(epochs: 1), "random", .sparsity(0.5))
        stage.pruning?.revision = nil
        failure = Self.failure(stage, try Scratch())
        #expect(failure.cause == .invalidStage)
        #expect(failure.description.contains("method revision 1"), "\(failure)")
    }

    // MARK: - Damaged input

    @Test func refusesTheCheckpoint() throws {
        let scratch = try Scratch()
        let dense = try Digits.dense()
        let stage = try Digits.pruned(dense, "random", .sparsity(0.5))
        let parent = try Digits.finish(dense, in: scratch("dense")).checkpoint
        let content = try #require(FileManager.default.contents(atPath: parent))
        let header = 8 + content.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        func rewritten(_ old: String, _ new: String) -> Data {
            let text = String(decoding: content[8..<header], as: UTF8.self).replacingOccurrences(of: old, with: new)
            return content[..<8] + Data(text.utf8) + content[header...]
        }
        let cases: [(Data?, String)] = [
            (nil, "none was given"),
            (content.dropLast(5), "fetch it again"),
            (Data(), "fetch it again"),
            (rewritten("fc1.weight", "fc9.weight"), "has no parameter fc1.weight"),
            (rewritten("[300,64]", "[64,300]"), "shape [64, 300] where its network has [300, 64]"),
            (rewritten("lenet-300-100", "lenet-300-101"), "holds lenet-300-101 for images"),
            (rewritten("relu", "rely"), "describes no network"),
            (rewritten("checkpoint-2", "checkpoint-9"), "not a checkpoint of this version"),
        ]
        for (data, says) in cases {
            let path = scratch("damaged.safetensors")
            try data?.write(to: URL(fileURLWithPath: path))
            let failure = Self.failure(stage, scratch, checkpoint: data.map { _ in path })
            #expect(failure.cause == .artifact)
            #expect(failure.description.contains(says), "\(failure)")
        }
    }

    @Test func aFullOrMissingDiskIsStorage() throws {
        let scratch = try Scratch()
        let stage = try Digits.dense(epochs: 1)
        try Data().write(to: URL(fileURLWithPath: scratch("work")))
        var failure = Self.failure(stage, scratch)
        #expect(failure.cause == .storage)
        #expect(failure.description.contains("the work directory cannot be used: cannot create"))
        // A directory where the checkpoint belongs cannot be replaced by it.
        try FileManager.default.removeItem(atPath: scratch("work"))
        try FileManager.default.createDirectory(
            atPath: scratch("work/resume.safetensors/x"), withIntermediateDirectories: true)
        failure = Self.failure(stage, scratch)
        #expect(failure.cause == .storage)
        #expect(failure.description.contains("free space or make the work directory writable"))
    }
}
