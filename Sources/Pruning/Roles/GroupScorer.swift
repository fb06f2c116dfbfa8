package import Networks
package import Torch

/// A pruning method that says how much each removable channel matters; the network then shrinks.
///
/// Budgets over layers, coupling and shrinking are never its business.
package protocol GroupScorer {
    /// One float64 tensor [channels] for every group, by the group's name; larger matters more, never NaN.
    ///
    /// Under global allocation channels of all groups compete by these numbers.
    func scores(of groups: [ChannelGroup], in context: PruningContext) throws -> [String: Tensor]

    /// Values that make up for the channels that go, by parameter name and of the shapes they have before the network
    /// shrinks; none by default.
    ///
    /// - Parameter kept: The channels that stay, ascending, by the group's name.
    func compensation(
        for kept: [String: [Int]], of groups: [ChannelGroup], scores: [String: Tensor], in context: PruningContext
    ) throws -> [String: Tensor]
}

extension GroupScorer {
    package func compensation(
        for kept: [String: [Int]], of groups: [ChannelGroup], scores: [String: Tensor], in context: PruningContext
    ) throws -> [String: Tensor] { [:] }
}
