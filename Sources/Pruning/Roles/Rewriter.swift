package import Networks
package import Torch

/// A pruning method that turns the network into a smaller one; counting, retraining and export are not its business.
///
/// It says what its rewriting leaves unchanged: the logits, or the best approximation of a rank.
package protocol Rewriter: AnyObject {
    /// The network the first round starts from; nil (the default) to leave it alone.
    func prepare(_ context: PruningContext) throws -> Rewriting?

    /// The smaller network of a round, which meets the context's target.
    func rewrite(_ context: PruningContext) throws -> Rewriting

    /// The network as it is delivered after the last round; nil (the default) to leave it alone.
    func finish(_ context: PruningContext) throws -> Rewriting?
}

extension Rewriter {
    package func prepare(_ context: PruningContext) throws -> Rewriting? { nil }
    package func finish(_ context: PruningContext) throws -> Rewriting? { nil }
}

/// A network with its values, and what is left of it where single weights are gone.
package struct Rewriting {
    package let network: Network
    /// Every value by name.
    package let parameters: [String: Tensor]
    /// Nil: everything.
    package let masks: Masks?
    /// The channels that stay, by group name, where the network is the old one without some channels; nil otherwise.
    package let kept: [String: [Int]]?

    package init(
        network: Network, parameters: [String: Tensor], masks: Masks? = nil, kept: [String: [Int]]? = nil
    ) {
        self.network = network
        self.parameters = parameters
        self.masks = masks
        self.kept = kept
    }
}
