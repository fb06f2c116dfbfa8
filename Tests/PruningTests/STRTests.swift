import Foundation
import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite struct STRTests {
    /// s = 0 is a threshold of a half.
    @Test func effectiveWeightsByHand() throws {
        let weight: [Float] = [1, -1, 2, 0.5, 0, -0.25]
        var parameters = try tiny().initialParameters(seed: 0)
        parameters["a.weight"] = try Tensor(weight, shape: [2, 3])
        let context = try context(
            tiny(), method: "str", level: .knob(name: "s-init", value: 0), parameters: parameters)
        let method = STR()
        _ = try method.begin(context)
        let effective = try #require(method.effective(parameters)["a.weight"])
        #expect(try effective.toFloats() == [0.5, -0.5, 1.5, 0, 0, 0])
    }

    @Test(.pyTorch, .timeLimit(.minutes(1)))
    func gradientsMatchPyTorch() throws {
        let course = try TrainerCourse("str", level: .knob(name: "s-init", value: -3))
        for step in 0..<3 { try course.run(step) }
        try course.expectGradients(course.reference("str"))
    }

    /// Before and after the effective weights take the place of the weights: the same logits, to the bit.
    @Test func bakedWeightsGiveTheSameBits() throws {
        let course = try TrainerCourse("str", level: .knob(name: "s-init", value: -3))
        for step in 0..<course.steps { try course.run(step) }
        let thresholds = try course.trainer.learned.map { try $0.tensor.item() }
        #expect(Set(thresholds).count == 3, "each layer has a threshold of its own")
        let before = try course.logits(course.trainer.effective(course.parameters))
        #expect(try before != course.logits(course.parameters))
        try course.finish()
        #expect(try course.logits(course.parameters) == before)
        let sparsity = try course.masks.sparsity()
        #expect(sparsity > 0.1 && sparsity < 0.9)
        for (name, mask) in course.masks.tensors {
            #expect(try mask.toBytes() == #require(course.parameters[name]).notEqual(0).toBytes())
        }
    }

    /// In the step that freezes the set nothing but the representation changes; from then on only weights move.
    @Test(arguments: [0.3, 0.8, 0.95]) func findsTheRequestedSparsity(_ sparsity: Double) throws {
        let course = try TrainerCourse("str", level: .sparsity(sparsity), steps: 60)
        var frozen: (step: Int, masks: Masks)?
        for step in 0..<course.steps {
            guard let masks = try course.run(step) else { continue }
            #expect(frozen == nil, "the set is frozen once")
            frozen = (step, masks)
        }
        let (step, masks) = try #require(frozen)
        #expect(step > 10 && step < 40)
        let wanted = Int((sparsity * 1224).rounded())
        #expect(try course.pruned().reduce(0, +) == wanted)
        try course.finish()
        for (name, mask) in course.masks.tensors { #expect(try mask.toBytes() == bits(masks, name)) }
        #expect(try course.pruned().reduce(0, +) == wanted)
    }

    /// What is kept though it lies below its threshold is zero until it learns.
    @Test func freezingKeepsTheOutputs() throws {
        // In so long a training one step moves no threshold.
        let course = try TrainerCourse("str", level: .sparsity(0.5), steps: 1 << 40)
        for layer in course.trainer.learned { try withNoGrad { try layer.tensor.fill(-2.5) } }
        let before = try course.logits(course.trainer.effective(course.parameters))
        let masks = try withNoGrad { try course.trainer.afterUpdate(at: course.moment(0)) }
        #expect(try #require(masks).prunableNonzero() == 612)
        #expect(try course.logits(course.parameters) == before)
    }

    /// However far the thresholds came, the level is met after half of the training.
    @Test func whatIsNotReachedIsTaken() throws {
        let course = try TrainerCourse("str", level: .sparsity(0.9), steps: 15)
        for step in 0..<7 {
            #expect(try course.run(step) == nil)
            for layer in course.trainer.learned { try withNoGrad { try layer.tensor.fill(-20) } }
        }
        #expect(try #require(try course.run(7)).prunableNonzero() == 1224 - 1102)
    }

    @Test func lambdaIsTheWeightDecayOfAll() throws {
        let course = try TrainerCourse("str", knobs: ["lambda": 0.25])
        #expect(course.optimizer.weightDecay == 0.25)
        #expect(course.trainer.learned.allSatisfy { $0.weightDecay == nil })
    }

    @Test func otherLevelKnobsAreRefused() throws {
        let context = try context(tiny(), method: "str", level: .knob(name: "alpha", value: 1))
        #expect(throws: PruningError.self) { try STR().begin(context) }
    }
}
