import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite struct TrainerTests {
    static let methods = ["str", "gradual", "rigl", "movement"]

    /// Layers that are not selected lose nothing and learn nothing; the others make up for them.
    @Test(arguments: methods) func layersThatAreNotSelectedStayWhole(_ method: String) throws {
        let course = try TrainerCourse(
            method, level: .sparsity(0.5), layers: LayerSelection(exclude: ["first"]), steps: 20)
        try course.runAll()
        let pruned = try course.pruned()
        #expect(pruned[0] == 0 && pruned.reduce(0, +) == 612)
        #expect(course.trainer.state.keys.allSatisfy { !$0.contains("conv1") })
        #expect(try #require(course.parameters["conv1.weight"]).countNonzero().itemInt() == 216)
    }

    /// A level that the selected layers cannot hold is known before the training.
    @Test(arguments: methods + ["halo"]) func whatCannotBeIsKnownAtOnce(_ method: String) throws {
        for layers in [LayerSelection(include: ["conv1"]), LayerSelection(include: ["nothing"])] {
            #expect(throws: InfeasibleLevel.self) { try TrainerCourse(method, level: .sparsity(0.5), layers: layers) }
        }
    }

    /// In a cascade the masks of the level before are where it goes on from.
    @Test(arguments: methods) func whatIsPrunedStaysPruned(_ method: String) throws {
        let network = try TrainerCourse.residualNetwork()
        let earlier = try prune(0.4, in: context(network, method: "random", allocation: .uniform))
        let masks = try #require(earlier.masks)
        let course = try TrainerCourse(method, level: .sparsity(0.7), masks: masks, steps: 20)
        for step in 0..<course.steps {
            try course.run(step)
            guard method == "gradual" else { continue }
            #expect(try course.masks.prunableNonzero() <= masks.prunableNonzero(), "nothing comes back on the way")
        }
        try course.finish()
        #expect(try course.pruned().reduce(0, +) == Int((0.7 * 1224).rounded()))
        for (name, mask) in masks.tensors where method != "rigl" {
            #expect(try #require(course.masks.tensors[name]).and(mask.not()).countNonzero().itemInt() == 0)
        }
    }
}
