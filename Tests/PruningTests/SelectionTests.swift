import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite struct SelectionTests {
    static func selection(_ a: [Float], _ b: [Float], masks: Masks? = nil) throws -> ExactSelection {
        let scores = ["a.weight": try Tensor(a, shape: [2, 3]), "b.weight": try Tensor(b, shape: [2, 2])]
        return ExactSelection(try context(tiny(), masks: masks), scores: scores)
    }

    @Test func globalRemovesTheLowestOfAll() throws {
        let masks = try Self.selection([9, 1, 8, 7, 6, 5], [2, 3, 10, 11]).removing(3, .global)
        #expect(try bits(masks, "a.weight") == [1, 0, 1, 1, 1, 1])
        #expect(try bits(masks, "b.weight") == [0, 0, 1, 1])
        #expect(try abs(masks.sparsity() - 0.3) < 1e-12)
    }

    @Test func layerwiseRemovesTheSameShareEverywhere() throws {
        let masks = try Self.selection([9, 1, 8, 7, 6, 5], [2, 3, 10, 11]).removing(5, .uniform)
        #expect(try bits(masks, "a.weight") == [1, 0, 1, 1, 0, 0])
        #expect(try bits(masks, "b.weight") == [0, 0, 1, 1])
    }

    @Test(arguments: 0...10) func tiesGoByIndexAndCountsAreExact(_ count: Int) throws {
        let selection = try Self.selection([1, 1, 1, 1, 1, 1], [1, 1, 1, 1])
        let global = try selection.removing(count, .global)
        let order = try bits(global, "a.weight") + bits(global, "b.weight")
        #expect(order == Array(repeating: 0, count: count) + Array(repeating: 1, count: 10 - count))
        #expect(try selection.removing(count, .uniform).prunableNonzero() == 10 - count)
    }

    /// Against sorting, with many ties.
    @Test(arguments: [0, 1, 17, 50, 99, 100]) func selectsAsAStableSortDoes(_ count: Int) throws {
        var stream = RandomStream(seed: 1, purpose: "test")
        let scores = (0..<100).map { _ in Float(stream.integer(below: 7)) }
        let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
        var expected = [UInt8](repeating: 1, count: 100)
        for index in order.prefix(count) { expected[index] = 0 }
        #expect(try ExactSelection.keep(Tensor(scores), removing: count).toBytes() == expected)
    }

    @Test func whatIsPrunedStaysPruned() throws {
        let before = try Self.selection([9, 1, 8, 7, 6, 5], [2, 3, 10, 11]).removing(3, .global)
        let after = try Self.selection([1, 99, 2, 3, 4, 5], [98, 97, 6, 7], masks: before).removing(5, .global)
        #expect(try bits(after, "a.weight") == [0, 0, 0, 1, 1, 1])
        #expect(try bits(after, "b.weight") == [0, 0, 1, 1])
    }

    @Test(arguments: [
        (10, [6, 4], [6, 4], [6, 4]), (5, [6, 4], [6, 4], [3, 2]), (1, [5, 5], [5, 5], [1, 0]),
        (7, [3, 3, 3], [3, 3, 3], [3, 2, 2]), (0, [3, 3], [3, 3], [0, 0]),
        (239_580, [235_200, 30_000, 1_000], [235_200, 30_000, 1_000], [211_680, 27_000, 900]),
        // What does not fit under a cap goes to the others.
        (10, [1, 1, 1], [2, 100, 100], [2, 4, 4]), (9, [8, 1, 1], [3, 9, 9], [3, 3, 3]), (5, [1, 1], [2, 2], [2, 2]),
    ])
    func quotasAddUp(_ total: Int, _ weights: [Int], _ caps: [Int], _ expected: [Int]) {
        #expect(Allocation.quotas(of: total, among: weights.map(Double.init), caps: caps) == expected)
    }

    /// Densities in proportion to (sum of dimensions) / (product of dimensions): 784 + 300 of 235,200 and so on.
    @Test func erdosRenyiDensities() throws {
        let network = try Network.named("lenet-300-100", inputShape: [1, 28, 28], classes: 10)
        let quotas = try #require(
            try Allocation.erk.quotas(removing: 266_200 - 2_662, from: network.prunable))
        let kept = zip(network.prunable, quotas).map { $0.count - $1 }
        #expect(kept.reduce(0, +) == 2_662)
        let sums = [1084.0, 400, 110]
        for (kept, sum) in zip(kept, sums) { #expect(abs(Double(kept) - 2_662 * sum / 1594) <= 1) }
    }

    @Test func moreThanTheSelectedLayersHoldIsInfeasible() throws {
        let context = try context(tiny(), layers: LayerSelection(exclude: ["first"]))
        let scores = ["a.weight": try Tensor.ones([2, 3]), "b.weight": try Tensor.ones([2, 2])]
        let selection = ExactSelection(context, scores: scores)
        #expect(try bits(selection.removing(4, .global), "a.weight") == [1, 1, 1, 1, 1, 1])
        #expect(throws: InfeasibleLevel.self) { try selection.removing(5, .uniform) }
    }

    @Test func wrongScoresAreRefused() throws {
        let scores = ["a.weight": try Tensor.ones([2, 3]), "b.weight": try Tensor.ones([4])]
        let selection = ExactSelection(try context(tiny()), scores: scores)
        #expect(throws: PruningError.self) { try selection.removing(1, .global) }
    }

    @Test func collapseNamesTheLayer() throws {
        let masks = try Self.selection([1, 1, 1, 1, 1, 1], [2, 2, 2, 2]).removing(6, .global)
        #expect(try masks.collapsedParameter() == "a.weight")
        #expect(try Masks(wholeOf: tiny()).collapsedParameter() == nil)
        // An emptied branch beside a way around it is no collapse; one layer that everything passes is.
        let network = try ReferenceNetwork().network
        func collapsed(_ names: String...) throws -> String? {
            let empty = try names.map { name in
                (name, try Tensor.zeros(#require(network.prunable.first { $0.name == name }).shape, dtype: .bool))
            }
            return try Masks(Dictionary(uniqueKeysWithValues: empty), of: network).collapsedParameter()
        }
        #expect(try collapsed("conv2.weight") == nil)
        #expect(try collapsed("conv1.weight") == "conv1.weight")
        #expect(try collapsed("conv2.weight", "fc.weight") == "conv2.weight")
    }
}
