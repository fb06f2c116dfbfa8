import Networks
import Testing
import Torch

@testable import Pruning

@Suite struct RandomPruningTests {
    static func left(_ method: String, _ sparsity: Double, seed: Int, masks: Masks? = nil) throws -> Masks {
        let network = try Network.named("lenet-5", inputShape: [1, 28, 28], classes: 10)
        let parameters = try network.initialParameters(seed: 3)
        let context = try PruningTests.context(
            network, method: method, parameters: parameters, masks: masks, seed: seed)
        return try #require(try prune(sparsity, in: context).masks)
    }

    /// As many weights of every layer as by magnitude, but others; in a second round too, which takes none back.
    @Test(arguments: [0.3, 0.7, 0.95]) func layersLoseAsManyAsByMagnitude(_ sparsity: Double) throws {
        let network = try Network.named("lenet-5", inputShape: [1, 28, 28], classes: 10)
        let magnitude = try Self.left("magnitude-global", sparsity, seed: 0)
        let random = try Self.left("random-layer-matched", sparsity, seed: 0)
        for parameter in network.prunable {
            #expect(try random.nonzero(parameter) == magnitude.nonzero(parameter))
            #expect(try bits(random, parameter.name) != bits(magnitude, parameter.name))
        }
        let other = try Self.left("random-layer-matched", sparsity, seed: 1)
        #expect(try bits(other, "fc1.weight") != bits(random, "fc1.weight"))

        let next = 1 - (1 - sparsity) / 2
        let matched = try Self.left("magnitude-global", next, seed: 0, masks: random)
        let shuffled = try Self.left("random-layer-matched", next, seed: 0, masks: random)
        for parameter in network.prunable {
            #expect(try shuffled.nonzero(parameter) == matched.nonzero(parameter))
            #expect(try zip(bits(shuffled, parameter.name), bits(random, parameter.name)).allSatisfy { $0 <= $1 })
        }
    }
}
