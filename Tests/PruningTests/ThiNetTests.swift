import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite struct ThiNetTests {
    /// Contributions (1, 0), (-1, 0), (0, 0.5), (3, 0): first the smallest alone, then what adds least to it.
    @Test func greedyByHand() throws {
        let x = try Tensor([1, -1, 0, 3, 0, 0, 0.5, 0] as [Double], shape: [2, 4])
        let places = try ThiNet.places(x.transposed().matmul(x)).toDoubles()
        // {2}: 0.25; {2, 0}: 1.25, as {2, 1}; then 1 cancels 0.
        #expect(places == [1, 2, 0, 3])
    }

    /// A channel that is twice another is made up for exactly.
    @Test func factorsMakeUpForTwins() throws {
        let x = try Tensor([1, 2, 5, 3, 6, -1, -2, -4, 2] as [Double], shape: [3, 3])
        let factors = try ThiNet.factors(x, keeping: Tensor([0, 2] as [Int64])).toDoubles()
        for (found, expected) in zip(factors, [3.0, 1, 1]) { #expect(abs(found - expected) < 1e-9) }
        // Where the samples say nothing of a channel, nothing changes.
        let dead = try Tensor([0, 2, 5, 0, 6, -1] as [Double], shape: [2, 3])
        let rest = try ThiNet.factors(dead, keeping: Tensor([0, 1, 2] as [Int64])).toDoubles()
        for factor in rest { #expect(abs(factor - 1) < 1e-12) }
    }

    /// One neuron gives twice what the other gives, and each output reads both alike: either goes and the logits stay.
    @Test func theNetworkForgetsATwin() throws {
        let network = try tiny()
        let row: [Float] = [1, -2, 0.5]
        let parameters: [String: Tensor] = [
            "a.weight": try Tensor(row + row.map { 2 * $0 }, shape: [2, 3]), "a.bias": try Tensor([0.5, 1] as [Float]),
            "b.weight": try Tensor([2, 2, -1, -1] as [Float], shape: [2, 2]), "b.bias": try Tensor([0, 4] as [Float]),
        ]
        let context = try context(network, method: "thinet", parameters: parameters)
        let pruned = try pruneChannels(0.5, in: context).rewriting
        #expect(pruned.network.nodes[0].outputShape == [1])
        let images = try randomImages(50, network, seed: 4).inputs
        let expected = try network.forward(images, parameters)
        #expect(try distance(pruned.network.forward(images, pruned.parameters), expected) < 1e-5)
    }

    @Test func samplesAreSpreadOverTheImages() throws {
        let node = try coupled().nodes[3]
        let samples = ThiNet.samples(of: node, 200, images: 20, seed: 0)
        #expect(samples == ThiNet.samples(of: node, 200, images: 20, seed: 0))
        #expect(samples != ThiNet.samples(of: node, 200, images: 20, seed: 1))
        for image in 0..<20 { #expect(samples.filter { $0.image == image }.count == 10) }
        #expect(samples.allSatisfy { (0..<64).contains($0.position) && (0..<6).contains($0.output) })
    }
}
