import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite struct ChannelSelectionTests {
    /// 10 inputs, hidden layers of 6 and 4, 2 outputs: 60 + 24 + 8 = 92 weights.
    static func network() throws -> Network {
        var network = Network(name: "small", inputShape: [10])
        try network.append("a", .linear(outputs: 6))
        try network.append("b", .linear(outputs: 4))
        try network.append("c", .linear(outputs: 2))
        return network
    }

    static func selection(
        _ a: [Double], _ b: [Double], _ allocation: Allocation = .global
    ) throws -> ChannelSelection {
        let context = try context(network(), method: "filter-l1")
        return try ChannelSelection(
            context, groups: context.eligibleGroups, scores: ["a": Tensor(a), "b": Tensor(b)], allocation: allocation)
    }

    // A neuron of a holds 10 + 4 weights, one of b 6 + 2, less where the other layer shrank.
    @Test func lowestScoresGo() throws {
        let selection = try Self.selection([5, 1, 6, 7, 8, 9], [3, 10, 2, 11])
        #expect(try selection.kept(sparsity: 14.0 / 92) == ["a": [0, 2, 3, 4, 5], "b": [0, 1, 2, 3]])
        // With a at 5, one of b holds 5 + 2.
        #expect(try selection.kept(sparsity: 21.0 / 92) == ["a": [0, 2, 3, 4, 5], "b": [0, 1, 3]])
        #expect(try selection.kept(sparsity: 28.0 / 92) == ["a": [0, 2, 3, 4, 5], "b": [1, 3]])
        #expect(try selection.kept(sparsity: 0) == ["a": [0, 1, 2, 3, 4, 5], "b": [0, 1, 2, 3]])
    }

    @Test func whatHoldsTooMuchIsPassedOver() throws {
        // The lowest is worth 14, and 8 are to go.
        let selection = try Self.selection([1, 2, 6, 7, 8, 9], [20, 30, 40, 50])
        #expect(try selection.kept(sparsity: 8.0 / 92) == ["a": [0, 1, 2, 3, 4, 5], "b": [1, 2, 3]])
        // 7 may as well be 8, which is closer than 14 or nothing.
        #expect(try selection.kept(sparsity: 7.0 / 92) == ["a": [0, 1, 2, 3, 4, 5], "b": [1, 2, 3]])
    }

    @Test func tiesGoByOrder() throws {
        let selection = try Self.selection([1, 1, 1, 1, 1, 1], [1, 1, 1, 1])
        #expect(try selection.kept(sparsity: 28.0 / 92) == ["a": [2, 3, 4, 5], "b": [0, 1, 2, 3]])
    }

    @Test func uniformRemovesTheSameShare() throws {
        // Half of each: 3 x 10 + 2 x 3 + 2 x 2 = 40 stay.
        let selection = try Self.selection([1, 2, 3, 4, 5, 6], [40, 30, 20, 10], .uniform)
        #expect(try selection.kept(sparsity: 52.0 / 92) == ["a": [3, 4, 5], "b": [0, 1]])
    }

    @Test func oneChannelStays() throws {
        let selection = try Self.selection([1, 2, 3, 4, 5, 6], [40, 30, 20, 10])
        #expect(try selection.kept(sparsity: 0.999) == ["a": [5], "b": [0]])
    }

    @Test func wrongScoresAreRefused() throws {
        #expect(throws: PruningError.self) { try Self.selection([1, 2, 3], [1, 2, 3, 4]) }
    }

    /// 11,456 channels in groups of up to 2,048.
    @Test func aLargeNetworkTakesTwoSecondsAtMost() throws {
        let network = try Network.named("resnet-50", inputShape: [3, 64, 64], classes: 1000)
        let context = try context(network, method: "filter-random", parameters: [:])
        let groups = context.eligibleGroups
        let scores = try RandomFilters().scores(of: groups, in: context)
        let time = try ContinuousClock().measure {
            let selection = try ChannelSelection(context, groups: groups, scores: scores, allocation: .global)
            _ = try selection.kept(sparsity: 0.7)
        }
        #expect(time < .seconds(2))
    }
}
