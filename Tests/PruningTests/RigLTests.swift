import Foundation
import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite struct RigLTests {
    /// Drops 0.1 and -0.2, grows the gradients 9 and -8; what was dropped may be grown again.
    @Test func exchangesByHand() throws {
        let mask = try Tensor([1, 1, 1, 0, 0, 0, 1, 1] as [UInt8], shape: [2, 4]).to(.bool)
        let weight = try Tensor([0.1, 5, -0.2, 0, 0, 0, 3, -4] as [Float], shape: [2, 4])
        let gradient = try Tensor([9, 99, 1, 2, -8, 0, 99, 99] as [Float], shape: [2, 4])
        let after = try RigL.exchange(2, mask, weight: weight, gradient: gradient)
        #expect(after.shape == [2, 4])
        #expect(try after.toBytes() == [1, 1, 0, 0, 1, 0, 1, 1])
        // Ties go by position.
        let level = try Tensor.ones([2, 4])
        #expect(try RigL.exchange(2, mask, weight: level, gradient: level).toBytes() == [1, 1, 1, 0, 0, 0, 1, 1])
        #expect(try RigL.exchange(0, mask, weight: weight, gradient: gradient).toBytes() == mask.toBytes())
    }

    /// alpha / 2 (1 + cos(pi t / T_end)): 0.3 falling to zero; nothing at the first step, nor from T_end on.
    @Test func exchangesAreRarerAndRarer() throws {
        let course = try TrainerCourse("rigl", knobs: ["interval": 10, "drop": 0.3, "end": 0.75], steps: 400)
        let method = try #require(course.trainer as? RigL)
        let shares = (0..<400).compactMap { step in
            method.exchangedShare(at: course.moment(step)).map { (step, $0) }
        }
        #expect(shares.map(\.0) == Array(stride(from: 10, to: 300, by: 10)))
        for (step, share) in shares {
            #expect(abs(share - 0.15 * (1 + cos(.pi * Double(step) / 300))) < 1e-12)
        }
        // A long interval becomes a tenth of the way.
        let short = try TrainerCourse("rigl", steps: 40)
        let steps = (0..<40).filter { !short.trainer.movesWeights(at: short.moment($0)) }
        #expect(steps == Array(stride(from: 3, to: 30, by: 3)))
    }

    /// The count of every layer stays; on a step of exchange nothing else moves; what is grown starts at rest.
    @Test(arguments: [Allocation.erk, .uniform]) func countsAreConstant(_ allocation: Allocation) throws {
        let network = try TrainerCourse.residualNetwork()
        let context = try context(network, method: "rigl", level: .sparsity(0.8), allocation: allocation)
        let course = try TrainerCourse(RigL(), context, steps: 40)
        let pruned = try course.pruned()
        #expect(pruned.reduce(0, +) == 979)
        // By Erdős–Rényi kernel the layers keep in proportion to 8 + 3 + 3 + 3, 8 + 8 + 3 + 3 and 6 + 72.
        #expect(pruned == (allocation == .uniform ? [173, 461, 345] : [180, 530, 269]))
        var exchanges = 0
        for step in 0..<course.steps {
            let before = try course.parameters.mapValues { try $0.detach().clone() }
            let masks = course.masks
            guard let new = try course.run(step) else { continue }
            exchanges += 1
            #expect(try course.pruned() == pruned)
            var isOther = false
            for parameter in network.parameters {
                let (was, now) = (try #require(before[parameter.name]), try #require(course.parameters[parameter.name]))
                guard let mask = new.tensors[parameter.name], let old = masks.tensors[parameter.name] else {
                    #expect(try was.toFloats() == now.toFloats(), "\(parameter.name) moved")
                    continue
                }
                #expect(try now.detach().toFloats() == was.maskedFill(mask.not(), 0).toFloats())
                let grown = try mask.and(old.not())
                isOther = try isOther || grown.any().itemInt() == 1
                let momentum = try #require(course.optimizer.state()[parameter.name + ".momentum"])
                #expect(try momentum.maskedFill(grown.not(), 0).countNonzero().itemInt() == 0)
                #expect(try now.detach().maskedFill(grown.not(), 0).countNonzero().itemInt() == 0)
            }
            #expect(isOther || step > 20, "step \(step)")
        }
        #expect(exchanges == 9)
        try course.finish()
        #expect(try course.pruned() == pruned)
    }

    /// Gradients reach weights that are not there: what is grown is what descent would move most.
    @Test func growsTheLargestDenseGradients() throws {
        let course = try TrainerCourse("rigl", steps: 40)
        for step in 0..<3 { try course.run(step) }
        let old = try #require(course.masks.tensors["conv2.weight"])
        let new = try #require(try course.run(3)?.tensors["conv2.weight"])
        let gradient = try #require(try course.parameters["conv2.weight"]?.grad).abs()
        let grown = try gradient.maskedFill(new.and(old.not()).not(), .infinity).amin().item()
        let passed = try gradient.maskedFill(new.or(old), 0).amax().item()
        #expect(grown >= passed && passed > 0)
    }

    @Test func masksAreTheSeeds() throws {
        func masks(_ seed: Int) throws -> [UInt8] {
            let context = try context(TrainerCourse.residualNetwork(), method: "rigl", seed: seed)
            return try #require(try RigL().begin(context)?.tensors["fc.weight"]).toBytes()
        }
        #expect(try masks(1) == masks(1))
        #expect(try masks(1) != masks(2))
    }
}
