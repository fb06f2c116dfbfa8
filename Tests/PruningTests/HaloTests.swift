import Foundation
import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite struct HaloTests {
    /// All lambdas at one: xi times the sum of |w| and psi times their number.
    @Test func penaltyByHand() throws {
        var parameters = try tiny().initialParameters(seed: 0)
        parameters["a.weight"] = try Tensor([1, -1, 2, 0.5, 0, 4] as [Float], shape: [2, 3])
        parameters["b.weight"] = try Tensor([2, 1, -1, 3] as [Float], shape: [2, 2])
        let context = try context(tiny(), method: "halo", knobs: ["xi": 2, "psi": 0.25], parameters: parameters)
        let course = try TrainerCourse(Halo(), context, steps: 10)
        let penalty = try #require(try course.trainer.penalty(at: course.moment(0)))
        #expect(try penalty.item() == 2 * 15.5 + 0.25 * 10)
        // A lambda of a half makes its weight four times as dear.
        try withNoGrad { try course.trainer.learned[1].tensor.fill(0.5) }
        let dearer = try #require(try course.trainer.penalty(at: course.moment(0)))
        #expect(try dearer.item() == 2 * (8.5 + 28) + 0.25 * 8)
    }

    @Test(.pyTorch, .timeLimit(.minutes(1)))
    func gradientsMatchPyTorch() throws {
        let knobs = ["xi": 0.01, "psi": 0.005]
        let course = try TrainerCourse("halo", knobs: knobs)
        for step in 0..<3 { try course.run(step) }
        try course.expectGradients(course.reference("halo", knobs: knobs))
    }

    @Test func lambdasStayAwayFromZero() throws {
        let course = try TrainerCourse("halo")
        for lambda in course.trainer.learned { try withNoGrad { try lambda.tensor.fill(-0.5) } }
        #expect(try withNoGrad { try course.trainer.afterUpdate(at: course.moment(0)) } == nil)
        for lambda in course.trainer.learned {
            #expect(try lambda.tensor.toFloats().allSatisfy { $0 == 0.01 })
            #expect(lambda.tensor.requiresGrad)
        }
    }

    /// The penalty spares large weights: lambda goes where its cube is 2 xi |w| / psi, or to its smallest.
    @Test func lambdasFindTheirWeights() throws {
        let weights = [1, -1, 2, 0.5, 0, 4]
        var parameters = try tiny().initialParameters(seed: 0)
        parameters["a.weight"] = try Tensor(weights, shape: [2, 3]).to(.float32)
        let context = try context(tiny(), method: "halo", knobs: ["xi": 2, "psi": 1], parameters: parameters)
        let course = try TrainerCourse(Halo(), context, steps: 500)
        let descent = try SGD(course.trainer.learned)
        for step in 0..<course.steps {
            try descent.zeroGrad()
            try #require(try course.trainer.penalty(at: course.moment(step))).backward()
            try descent.step(learningRate: 0.02)
            _ = try withNoGrad { try course.trainer.afterUpdate(at: course.moment(step)) }
        }
        let found = try course.trainer.learned[0].tensor.toDoubles()
        for (lambda, weight) in zip(found, weights) {
            #expect(abs(lambda - max(cbrt(4 * abs(weight)), 0.01)) < 1e-3)
        }
    }
}
