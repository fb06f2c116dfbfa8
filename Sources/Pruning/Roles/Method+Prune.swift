internal import Foundation
internal import Networks
internal import Sweep
internal import Torch

extension Method {
    /// What is left of the network once the context's target is met. Throws ``InfeasibleLevel`` where nothing can be removed
    /// as asked.
    package func prune(_ context: PruningContext) throws -> Rewriting {
        // Asked for nothing, a method that removes whatever never fires would still remove something.
        if context.target.sparsity == 0 {
            return Rewriting(network: context.network, parameters: context.parameters, masks: context.masks)
        }
        guard !context.eligible.isEmpty else {
            throw InfeasibleLevel(
                "the network has no prunable layer among those selected; check `layers` of the sweep file; not retrained"
            )
        }
        if let scorer { return try prune(context, by: scorer) }
        if let groupScorer { return try prune(context, by: groupScorer) }
        if let rewriter { return try rewriter.rewrite(context) }
        throw PruningError("the method \(context.pruning.method) plays no role that prunes; report this as a bug")
    }

    // MARK: - Weights

    private func prune(_ context: PruningContext, by scorer: any Scorer) throws -> Rewriting {
        var context = context
        let repetitions = try max(scorer.repetitions(in: context), 1)
        let start = try context.masks.sparsity()
        for repetition in 1...repetitions {
            let scores = try finite(scorer.scores(in: context))
            let part = context.target.sparsity.map {
                1 - (1 - start) * pow((1 - $0) / (1 - start), Double(repetition) / Double(repetitions))
            }
            let masks = try select(part, by: scorer, scores, in: context)
            var parameters = context.parameters
            guard repetition < repetitions else {
                parameters.merge(try scorer.compensation(for: masks, scores: scores, in: context)) { $1 }
                return Rewriting(network: context.network, parameters: parameters, masks: masks)
            }
            for (name, mask) in masks.tensors {
                parameters[name] = try context.parameter(name).detach().maskedFill(mask.not(), 0)
            }
            context = try context.with(parameters, masks)
        }
        return Rewriting(network: context.network, parameters: context.parameters, masks: context.masks)
    }

    private func select(
        _ sparsity: Double?, by scorer: any Scorer, _ scores: [String: Tensor], in context: PruningContext
    ) throws -> Masks {
        switch (scorer.scope, context.target) {
        case (.neuron, .knob("alpha", let alpha)):
            return try NeuronSelection(context, scores: scores).masks(alpha: alpha)
        case (.neuron, .sparsity(let final)):
            return try NeuronSelection(context, scores: scores).masks(sparsity: sparsity ?? final)
        case (.weight, .sparsity(let final)):
            return try context.selecting(sparsity ?? final, by: scores)
        case (_, .knob(let name, _)):
            throw PruningError("the method has no level knob '\(name)'; give sparsities instead")
        }
    }

    // MARK: - Channels

    private func prune(_ context: PruningContext, by scorer: any GroupScorer) throws -> Rewriting {
        let sparsity = try context.requestedSparsity()
        let groups = context.eligibleGroups
        guard !groups.isEmpty else {
            throw InfeasibleLevel(
                "the network has no removable channel among the layers selected; check `layers` of the sweep file; not "
                    + "retrained")
        }
        let scores = try finite(scorer.scores(of: groups, in: context))
        let kept = try ChannelSelection(context, groups: groups, scores: scores, allocation: context.pruning.allocation)
            .kept(sparsity: sparsity)
        var parameters = try context.parameters.mapValues { try $0.detach() }
        parameters.merge(try scorer.compensation(for: kept, of: groups, scores: scores, in: context)) { $1 }
        let smaller = try context.network.keeping(kept, parameters: parameters)
        return Rewriting(network: smaller.network, parameters: smaller.parameters, kept: kept)
    }

    private func finite(_ scores: [String: Tensor]) throws -> [String: Tensor] {
        for (name, score) in scores where try !score.isAllFinite {
            throw PruningError(
                "the method gave scores for \(name) that are not finite; check the dense network's training")
        }
        return scores
    }
}
