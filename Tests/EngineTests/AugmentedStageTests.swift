import Engine
import Foundation
import Sweep
import Testing

/// Stages on made-up colour images, cropped and mirrored.
@Suite struct AugmentedStageTests {
    static func stage(_ augmentation: Augmentation?) throws -> Stage {
        var stage = try Digits.dense(epochs: 2)
        stage.dataset = DatasetReference(
            name: "synthetic", digest: "", validation: 0.1, trainingImages: 300, augmentation: augmentation,
            description: DatasetDescription(
                format: .synthetic, folder: nil, image: [3, 12, 12], classes: 4, mean: [0.5, 0.5, 0.5],
                deviation: [0.18, 0.18, 0.18]))
        return stage
    }

    /// 270 images in batches of 64 are 5 steps an epoch; stops in the first, at its end, and in the second.
    @Test(arguments: Augmentation.allCases, [[2], [5], [6], [1, 1, 4]])
    func interruptedTrainingGivesTheSameBits(_ augmentation: Augmentation, _ stops: [Int]) throws {
        let scratch = try Scratch()
        let stage = try Self.stage(augmentation)
        let whole = try Digits.finish(stage, in: scratch("whole")).outcome
        for stop in stops {
            guard case .stopped = try Digits.run(stage, in: scratch("parts"), stopAt: stop) else {
                Issue.record("the stage ended before question \(stop)")
                return
            }
        }
        #expect(try Digits.finish(stage, in: scratch("parts")).outcome.repeatable == whole.repeatable)
    }

    /// The augmentation reaches the training, and only the training: a network of no epochs is measured on the same images.
    @Test func augmentationChangesTheTraining() throws {
        let scratch = try Scratch()
        let plain = try Digits.finish(Self.stage(nil), in: scratch("plain")).outcome
        let varied = try Digits.finish(Self.stage(.cropFlip), in: scratch("varied")).outcome
        #expect(plain.artifacts != varied.artifacts)
    }

    @Test func madeUpClassesAreLearned() throws {
        let scratch = try Scratch()
        let outcome = try Digits.finish(Self.stage(nil), in: scratch("a")).outcome
        #expect(try #require(outcome[.testAccuracy]) > 0.9)
    }

    @Test func aSplitWithoutValidationImagesIsRefused() throws {
        let scratch = try Scratch()
        var stage = try Self.stage(nil)
        stage.dataset.trainingImages = 4
        let error = #expect(throws: (any Error).self) { try Digits.run(stage, in: scratch("a")) }
        #expect("\(String(describing: error))".contains("holds out 0 of 4 training images"))
    }
}
