import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite struct MovementTests {
    @Test(.pyTorch, .timeLimit(.minutes(1)))
    func gradientsMatchPyTorch() throws {
        let course = try TrainerCourse("movement")
        for step in 0..<12 { try course.run(step) }
        let kept = course.trainer.state.filter { $0.key.hasPrefix("kept/") }
        #expect(try kept.values.allSatisfy { try $0.countNonzero().itemInt() < $0.count })
        try course.expectGradients(course.reference("movement", more: kept))
    }

    /// One step of plain descent moves a score by minus learning rate, weight and gradient.
    @Test func scoresAreTheMovement() throws {
        let course = try TrainerCourse("movement", steps: 1000)
        try course.loss(0).backward()
        let weight = try #require(course.parameters["fc.weight"]).detach().clone()
        let gradient = try #require(try course.parameters["fc.weight"]?.grad).clone()
        try course.run(0)
        let score = try #require(course.trainer.state["score/fc.weight"]).toDoubles()
        let wanted = try (weight.to(.float64) * gradient.to(.float64) * (-course.learningRate)).toDoubles()
        #expect(zip(score, wanted).allSatisfy { abs($0 - $1) < 1e-9 + 1e-5 * abs($1) })
    }

    /// What is out of the mask does not take part, keeps its value, and goes on being judged.
    @Test func hiddenWeightsWait() throws {
        let course = try TrainerCourse("movement", knobs: ["begin": 0, "end": 1])
        for step in 0..<10 { #expect(try course.run(step) == nil) }
        let kept = try #require(course.trainer.state["kept/conv2.weight"]).clone()
        let hidden = try kept.not()
        #expect(try hidden.countNonzero().itemInt() > 100)
        let effective = try #require(course.trainer.effective(course.parameters)["conv2.weight"])
        #expect(try effective.maskedFill(kept, 0).countNonzero().itemInt() == 0)
        #expect(
            try effective.maskedFill(hidden, 0).toFloats()
                == #require(course.parameters["conv2.weight"]).maskedFill(hidden, 0).toFloats())
        #expect(try #require(course.parameters["conv2.weight"]).maskedFill(kept, 0).countNonzero().itemInt() > 100)
        let before = try #require(course.trainer.state["score/conv2.weight"]).detach().clone()
        try course.run(10)
        let moved = try #require(course.trainer.state["score/conv2.weight"]).notEqual(before).and(hidden)
        #expect(try moved.countNonzero().itemInt() > 100)
    }

    /// The level to the weight, the highest scores of all layers, and the outputs of the last step.
    @Test(arguments: [0, 0.5, 0.97]) func keepsTheHighestScores(_ sparsity: Double) throws {
        let course = try TrainerCourse("movement", knobs: ["begin": 0, "end": 1], level: .sparsity(sparsity))
        for step in 0..<course.steps { try course.run(step) }
        let before = try course.logits(course.trainer.effective(course.parameters))
        try course.finish()
        #expect(try course.pruned().reduce(0, +) == Int((sparsity * 1224).rounded()))
        #expect(try course.logits(course.parameters) == before)
        let scores = try Tensor.cat(course.trainer.learned.map { try $0.tensor.detach().flatten() })
        let kept = try Tensor.cat(
            course.context.network.prunable.map { try #require(course.masks.tensors[$0.name]).flatten() })
        let lowestKept = try scores.maskedFill(kept.not(), .infinity).amin().item()
        #expect(try scores.maskedFill(kept, -.infinity).amax().item() <= lowestKept)
    }
}
