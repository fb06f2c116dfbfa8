import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

/// Two linear layers: 2x3 and 2x2 weights.
func tiny() throws -> Network {
    var network = Network(name: "tiny", inputShape: [3])
    try network.append("a", .linear(outputs: 2))
    try network.append("relu", .relu)
    try network.append("b", .linear(outputs: 2))
    return network
}

func bits(_ masks: Masks, _ name: String) throws -> [UInt8] {
    try #require(masks.tensors[name]).toBytes()
}

@Suite struct SelectionTests {
    static func selection(_ a: [Float], _ b: [Float], masks: Masks? = nil) throws -> ExactSelection {
        let network = try tiny()
        return ExactSelection(
            network: network,
            scores: ["a.weight": try Tensor(a, shape: [2, 3]), "b.weight": try Tensor(b, shape: [2, 2])],
            masks: try masks ?? Masks(wholeOf: network))
    }

    @Test func globalRemovesTheLowestOfAll() throws {
        let masks = try Self.selection([9, 1, 8, 7, 6, 5], [2, 3, 10, 11]).global(removing: 3)
        #expect(try bits(masks, "a.weight") == [1, 0, 1, 1, 1, 1])
        #expect(try bits(masks, "b.weight") == [0, 0, 1, 1])
        #expect(try abs(masks.sparsity() - 0.3) < 1e-12)
    }

    @Test func layerwiseRemovesTheSameShareEverywhere() throws {
        let masks = try Self.selection([9, 1, 8, 7, 6, 5], [2, 3, 10, 11]).layerwise(removing: 5)
        #expect(try bits(masks, "a.weight") == [1, 0, 1, 1, 0, 0])
        #expect(try bits(masks, "b.weight") == [0, 0, 1, 1])
    }

    @Test(arguments: 0...10) func tiesGoByIndexAndCountsAreExact(_ count: Int) throws {
        let selection = try Self.selection([1, 1, 1, 1, 1, 1], [1, 1, 1, 1])
        let global = try selection.global(removing: count)
        let order = try bits(global, "a.weight") + bits(global, "b.weight")
        #expect(order == Array(repeating: 0, count: count) + Array(repeating: 1, count: 10 - count))
        #expect(try selection.layerwise(removing: count).prunableNonzero() == 10 - count)
    }

    @Test func whatIsPrunedStaysPruned() throws {
        let before = try Self.selection([9, 1, 8, 7, 6, 5], [2, 3, 10, 11]).global(removing: 3)
        let after = try Self.selection([1, 99, 2, 3, 4, 5], [98, 97, 6, 7], masks: before).global(removing: 5)
        #expect(try bits(after, "a.weight") == [0, 0, 0, 1, 1, 1])
        #expect(try bits(after, "b.weight") == [0, 0, 1, 1])
    }

    @Test(arguments: [
        (10, [6, 4], [6, 4]), (5, [6, 4], [3, 2]), (1, [5, 5], [1, 0]), (7, [3, 3, 3], [3, 2, 2]),
        (0, [3, 3], [0, 0]),
        (239_580, [235_200, 30_000, 1_000], [211_680, 27_000, 900]),
    ])
    func quotasAddUp(_ total: Int, _ sizes: [Int], _ expected: [Int]) {
        #expect(ExactSelection.quotas(of: total, among: sizes) == expected)
    }

    @Test func wrongScoresAreRefused() throws {
        let network = try tiny()
        let scores = ["a.weight": try Tensor.ones([2, 3]), "b.weight": try Tensor.ones([4])]
        #expect(throws: PruningError.self) {
            try ExactSelection(network: network, scores: scores, masks: Masks(wholeOf: network)).global(removing: 1)
        }
    }

    @Test func densitiesFallGeometrically() throws {
        let sparsities = (1...3).map { PruningRound(level: .sparsity(0.875), round: $0, of: 3).sparsity ?? -1 }
        #expect(abs(sparsities[0] - 0.5) < 1e-12)
        #expect(abs(sparsities[1] - 0.75) < 1e-12)
        #expect(sparsities[2] == 0.875)
        #expect(PruningRound(level: .knob(name: "alpha", value: 0.9), round: 1, of: 2).sparsity == nil)
    }

    @Test func collapseNamesTheLayer() throws {
        let masks = try Self.selection([1, 1, 1, 1, 1, 1], [2, 2, 2, 2]).global(removing: 6)
        #expect(try masks.collapsedParameter() == "a.weight")
        #expect(try Masks(wholeOf: tiny()).collapsedParameter() == nil)
    }
}
