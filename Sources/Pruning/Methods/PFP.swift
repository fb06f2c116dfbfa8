internal import Foundation
internal import Networks
internal import Sweep
internal import Torch

/// Provable filter pruning: as many channels of each layer as one error bound allows, by their sensitivities.
///
/// Source: L. Liebenwein, C. Baykal, H. Lang, D. Feldman, D. Rus, "Provable filter pruning for efficient neural networks",
/// ICLR 2020 (algorithm 1, theorem 2), and the authors' code. A channel's sensitivity is the largest over the layers that
/// read it (``ChannelSensitivity``), its probability p that over the layer's sum. One epsilon, shared by all layers, says
/// how many channels each keeps (``SampleComplexity``), with delta over the network's outputs as a layer's failure
/// probability. Which ones:
///
///     pfp:        those of largest sensitivity (the variant of the authors' experiments)
///     pfp-random: those that draws with replacement by p bring first; what reads channel j is multiplied by
///                 count_j / (m p_j), m draws in all
///     pfp-top:    those whose p is at least 1 / m, m the draws that many channels need; the rest is drawn among the others
///
/// A channel's score is the largest epsilon at which its layer still keeps it, so removing the lowest scores of the whole
/// network to a budget is the authors' search for epsilon. The bound kept with the result is the epsilon solved for: the
/// largest over the layers of the smallest relative error, per output, that the layer's number of channels stands for. It
/// is a guarantee, with probability 1 - delta, for what is drawn; for `pfp` it measures the same budget.
///
/// Defaults: C = K = 3, delta = 1e-12 for LeNet-300-100 (authors' code); 256 images (ours: theirs follow from delta, at
/// most half of a validation split). Deviations: images of the training split; the draws m are not rounded up to whole
/// ones; which channels are drawn, and hence first, is fixed by (seed, "pfp", group), by exponential clocks, which
/// gives the law of draws in turn; counts are those of the clocks' Poisson processes just before one more channel would
/// come; in `pfp-top` a channel never leaves its layer's kept ones as their number grows; channels that several layers
/// give or read together are one layer; biases, normalisations and constant channels are left alone, where the authors
/// also propagate zeros. Cost: a forward pass, and for every multiply-accumulate of it and every image four elementary
/// operations.
final class PFP: GroupScorer {
    enum Variant {
        case deterministic, random, top
    }

    private let variant: Variant
    /// Images at a time, so that memory does not grow with their number.
    private static let batch = 32
    /// What the last scoring came to, by the group's name.
    private var samplings: [String: ChannelSampling] = [:]

    init(_ variant: Variant) {
        self.variant = variant
    }

    func scores(of groups: [ChannelGroup], in context: PruningContext) throws -> [String: Tensor] {
        samplings = [:]
        let sensitivities = try Self.sensitivities(of: groups, in: context)
        let outputs = context.network.nodes.filter { $0.weightShape != nil }
            .reduce(0) { $0 + $1.outputShape.reduce(1, *) }
        let delta = try context.knob("delta") / Double(max(outputs, 1))
        var scores: [String: Tensor] = [:]
        for group in groups {
            let logarithm = group.consumers.map { log(8 * context.network.choices(of: $0) / delta) }.max() ?? 0
            let complexity = try SampleComplexity(
                sensitivities: sensitivities[group.name] ?? [Double](repeating: 0, count: group.channels),
                logarithm: logarithm)
            let sampling = ChannelSampling(complexity, variant, seed: context.seed, layer: group.name)
            samplings[group.name] = sampling
            var values = [Double](repeating: 0, count: group.channels)
            for (channel, bound) in zip(sampling.order, complexity.bounds) { values[channel] = bound }
            scores[group.name] = try Tensor(values)
        }
        return scores
    }

    func compensation(
        for kept: [String: [Int]], of groups: [ChannelGroup], scores: [String: Tensor], in context: PruningContext
    ) throws -> [String: Tensor] {
        var bound = 0.0
        var scaled: [String: Tensor] = [:]
        for group in groups {
            guard let channels = kept[group.name], channels.count < group.channels else { continue }
            let left = Set(channels)
            let values = try scores[group.name]?.toDoubles() ?? []
            bound = values.indices.filter { !left.contains($0) }.reduce(bound) { max($0, values[$1]) }
            guard let factors = samplings[group.name]?.factors(keeping: channels.count) else { continue }
            scaled.merge(try group.scaledConsumers(in: context) { _ in try Tensor(factors) }) { $1 }
        }
        context.record(.errorBound, bound)
        return scaled
    }

    /// By the group's name, [channels].
    static func sensitivities(of groups: [ChannelGroup], in context: PruningContext) throws -> [String: [Double]] {
        var layers: [String: ChannelSensitivity] = [:]
        for consumer in groups.flatMap(\.consumers) {
            let node = context.network.nodes[consumer.node]
            layers[node.name] = try ChannelSensitivity(
                of: node, weight: context.parameter(node.weightName).detach())
        }
        let images = try context.examples.first(Int(context.knob("batch"))).inputs
        for start in stride(from: 0, to: images.shape[0], by: batch) {
            let part = try images.narrow(dimension: 0, start: start, length: min(batch, images.shape[0] - start))
            _ = try context.network.forward(part, context.parameters) { node, input in
                try layers[node.name]?.observe(input)
            }
        }
        var sensitivities: [String: [Double]] = [:]
        for group in groups {
            let parts = try group.consumers.compactMap { consumer in
                try layers[context.network.nodes[consumer.node].name]?.byChannel(group.channels)
            }
            guard let first = parts.first else { continue }
            sensitivities[group.name] = try parts.dropFirst().reduce(first) { try $0.maximum($1) }.toDoubles()
        }
        return sensitivities
    }
}

extension Network {
    /// (patches + 1) x entries of one channel: what the bound has to hold for in a layer that reads it.
    fileprivate func choices(of consumer: Consumer) -> Double {
        let node = nodes[consumer.node]
        let patches = node.outputShape.dropFirst().reduce(1, *)
        let entries = (node.weightShape ?? []).dropFirst(2).reduce(consumer.spread, *)
        return Double((patches + 1) * entries)
    }
}
