import Foundation
import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite struct GradualTests {
    static func ramp(
        _ knobs: [String: Double], steps: Int, from initial: Double = 0, to final: Double = 0.8
    ) throws -> [Int: Double] {
        let ramp = try CubicRamp(context(tiny(), method: "gradual", knobs: knobs), to: final)
        let masks = try Masks(wholeOf: tiny())
        var found: [Int: Double] = [:]
        for step in 0..<steps {
            let moment = TrainingMoment(parameters: [:], masks: masks, step: step, steps: steps, learningRate: 0)
            if let sparsity = ramp.sparsity(at: moment, from: initial) { found[step + 1] = sparsity }
        }
        return found
    }

    /// Equation 1 over updates 100 to 500, every 100: 1 - (3/4)^3, 1 - (1/2)^3, 1 - (1/4)^3 of the way, and all of it.
    @Test func theRampIsCubic() throws {
        let knobs = ["begin": 0.1, "end": 0.5, "interval": 10.0]
        let found = try Self.ramp(knobs, steps: 1000)
        #expect(found.keys.sorted() == Array(stride(from: 110, through: 500, by: 10)))
        for (step, share) in [(200, 37.0 / 64), (300, 56.0 / 64), (400, 63.0 / 64)] {
            let sparsity = try #require(found[step])
            #expect(abs(sparsity - 0.8 * share) < 1e-12)
        }
        #expect(found[500] == 0.8)
        // From a sparsity on.
        let later = try #require(try Self.ramp(knobs, steps: 1000, from: 0.4)[300])
        #expect(abs(later - 0.75) < 1e-12)
    }

    @Test(
        arguments: [
            // A long interval becomes a tenth of the way; the last pruning comes at the end whatever the interval.
            (0.1, 0.6, 100, 40, Array(stride(from: 6, through: 24, by: 2))), (0.0, 1.0, 4, 10, Array(1...10)),
            (0.0, 1.0, 100, 1, [1]), (0.99, 1.0, 1, 10, [10]),
            (0, 0.35, 3, 100, Array(stride(from: 3, through: 33, by: 3)) + [35]),
        ] as [(Double, Double, Double, Int, [Int])])
    func prunesWhenItIsDue(_ begin: Double, _ end: Double, _ interval: Double, _ steps: Int, _ due: [Int]) throws {
        let found = try Self.ramp(["begin": begin, "end": end, "interval": interval], steps: steps)
        #expect(found.keys.sorted() == due)
        let last = try #require(due.last)
        #expect(found[last] == 0.8)
    }

    @Test func aRampThatEndsBeforeItBeginsIsRefused() {
        #expect(throws: PruningError.self) { try Self.ramp(["begin": 0.5, "end": 0.2], steps: 10) }
    }

    /// Uniform over the layers: 216, 576 and 432 weights.
    @Test func masksOnlyGrowToTheExactLevel() throws {
        let course = try TrainerCourse("gradual", level: .sparsity(0.9))
        var before = course.masks
        var sparsities: [Double] = []
        for step in 0..<course.steps {
            guard let masks = try course.run(step) else { continue }
            for (name, mask) in masks.tensors {
                #expect(try mask.and(#require(before.tensors[name]).not()).countNonzero().itemInt() == 0)
                #expect(try #require(course.parameters[name]).maskedFill(mask, 0).countNonzero().itemInt() == 0)
                let momentum = try #require(course.optimizer.state()[name + ".momentum"])
                #expect(try momentum.maskedFill(mask, 0).countNonzero().itemInt() == 0)
            }
            before = masks
            sparsities.append(try masks.sparsity())
        }
        try course.finish()
        #expect(sparsities.count == 18 && sparsities == sparsities.sorted())
        #expect(try course.pruned() == [194, 519, 389])
    }

    /// Scores are those of the network as it stands, and any scorer of single weights will do.
    @Test func aGradualScheduleMakesATrainerOfAScorer() throws {
        var pruning = try context(tiny(), method: "random").pruning
        pruning.schedule = .gradual
        let method = try Methods.method(of: pruning)
        #expect(method.scorer == nil && method.trainer is Gradual)
        let course = try TrainerCourse(
            #require(method.trainer), context(TrainerCourse.residualNetwork(), method: "random"), steps: 20)
        try course.runAll()
        #expect(try course.masks.prunableNonzero() == 612)

        pruning.method = "nnrelief"
        let error = #expect(throws: PruningError.self) { try Methods.method(of: pruning) }
        #expect(error?.description.contains("nnrelief does not") == true)
        pruning.method = "rigl"
        #expect(try Methods.method(of: pruning).trainer is RigL)
    }

    @Test func scoresAreThoseOfTheMoment() throws {
        final class Observer: Scorer {
            let scope = Scope.weight
            var seen: [Int] = []
            func scores(in context: PruningContext) throws -> [String: Tensor] {
                seen.append(try context.masks.prunableNonzero())
                return try Magnitude().scores(in: context)
            }
        }
        let observer = Observer()
        let course = try TrainerCourse(
            Gradual(observer), context(TrainerCourse.residualNetwork(), method: "gradual"), steps: 20)
        var left = [1224]
        for step in 0..<course.steps {
            if let masks = try course.run(step) { left.append(try masks.prunableNonzero()) }
        }
        #expect(observer.seen == left.dropLast())
    }
}
