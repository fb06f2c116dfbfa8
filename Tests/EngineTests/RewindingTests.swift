import Foundation
import Networks
import Pruning
import Sweep
import Testing
import Torch

@testable import Engine

/// Which values retraining starts from: with no epoch of it, they are those of the checkpoint.
@Suite(.timeLimit(.minutes(1))) struct RewindingTests {
    /// Pruned to a half without retraining: the model, and the dense network's values.
    private static func pruned(
        _ method: String, _ mode: Retrain.Mode, rounds: Int = 2, in scratch: Scratch
    ) throws -> (model: Model, dense: [String: Tensor]) {
        let dense = try Digits.dense(epochs: 1)
        let parent = try Digits.finish(dense, in: scratch("dense")).checkpoint
        var stage = try Digits.pruned(dense, method, .sparsity(0.5), iterations: rounds, epochs: 0, mode: mode)
        stage.pruning?.retrain.mode = mode
        let network = try Network.named("lenet-300-100", inputShape: [1, 8, 8], classes: 10)
        let path = try Digits.finish(stage, in: scratch("\(mode.rawValue)"), checkpoint: parent).checkpoint
        return (
            try Checkpoint.read(network, from: path).model, try Checkpoint.read(network, from: parent).model.parameters
        )
    }

    private static func expectEqual(_ model: Model, _ expected: [String: Tensor]) throws {
        for (name, value) in model.parameters {
            let whole = try #require(expected[name]).detach()
            let masked = try model.masks?.tensors[name].map { try whole.maskedFill($0.not(), 0) } ?? whole
            #expect(try value.toFloats() == masked.toFloats(), "\(name)")
        }
    }

    @Test(arguments: [Retrain.Mode.fineTune, .learningRateRewinding]) func keepsTheWeights(_ mode: Retrain.Mode) throws
    {
        let (model, dense) = try Self.pruned("magnitude-global", mode, in: Scratch())
        try Self.expectEqual(model, dense)
    }

    @Test func goesBackToTheInitialWeights() throws {
        let (model, dense) = try Self.pruned("magnitude-global", .weightRewinding, rounds: 1, in: Scratch())
        try Self.expectEqual(model, model.dense.initialParameters(seed: 0))
        // The masks are the trained network's, not those of the initial weights.
        let kept = try #require(model.masks?.tensors["fc1.weight"])
        let trained = try #require(dense["fc1.weight"]).detach().abs()
        let lowestKept = try trained.maskedFill(kept.not(), .infinity).amin().item()
        #expect(try trained.maskedFill(kept, 0).amax().item() <= lowestKept)
    }

    @Test func takesOtherInitialWeights() throws {
        let (model, dense) = try Self.pruned("magnitude-global", .reinitialise, in: Scratch())
        try Self.expectEqual(model, model.dense.initialParameters(seed: 0, purpose: "reinitialisation"))
        #expect(try #require(model.parameters["fc2.bias"]).toFloats() != #require(dense["fc2.bias"]).toFloats())
    }

    /// The channels that are left go back to their own initial weights, over both rounds of shrinking.
    @Test func aSmallerNetworkGoesBackToItsPartOfTheInitialWeights() throws {
        let (model, dense) = try Self.pruned("filter-l1", .weightRewinding, in: Scratch())
        let width = try #require(model.parameters["fc1.bias"]).count
        #expect(width < 300)
        let initial = try model.dense.initialParameters(seed: 0)
        let all = try #require(initial["fc1.bias"]).toFloats()
        let left = try #require(model.parameters["fc1.bias"]).toFloats()
        let kept = try left.map { try #require(all.firstIndex(of: $0)) }
        #expect(kept == kept.sorted() && Set(kept).count == width)
        let rows = try Tensor(kept.map(Int64.init))
        let expected = try #require(initial["fc1.weight"]).indexSelect(rows).toFloats()
        #expect(try #require(model.parameters["fc1.weight"]).toFloats() == expected)
        #expect(try #require(dense["fc1.bias"]).count == 300)
    }
}
