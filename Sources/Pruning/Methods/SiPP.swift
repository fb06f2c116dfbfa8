internal import Foundation
internal import Networks
internal import Sweep
internal import Torch

/// SiPP: a weight matters as much as the share of its neuron's input that it can account for on a few training images.
///
/// Source: C. Baykal, L. Liebenwein, I. Gilitschenski, D. Feldman, D. Rus, "SiPPing neural networks: sensitivity-informed
/// provable pruning of neural networks", SIAM J. Math. Data Sci. 4(1), 2022 (arXiv 1910.05422), and the authors' code
/// (torchprune). With the sensitivities s of ``EmpiricalSensitivity``:
///
///     sipp          keeps the weights of the largest s (mean over positions), network-wide
///     sipp-random   draws each neuron's weights of each sign with chances p = s / sum s (maximum over positions); the
///                   budgets minimise the bound (``SampledRows``); a weight is scaled to keep the expected sum
///     sipp-hybrid   per neuron and sign, with those budgets: the largest s where 3 (sum of the s that go) is below the
///                   bound of drawing, else drawn
///
/// Recorded as the error bound: the relative error of a neuron's positive or negative part, averaged over a layer's
/// neurons and signs, in the worst layer. It is the sum of the s that go where the largest are kept (three times that
/// in sipp-hybrid), and the bound of drawing where they are drawn; 1 where nothing is kept. It may fail on images unlike
/// those it was taken over, and the bound of drawing with probability delta over all outputs of the network's layers.
///
/// Defaults: delta = 1e-12 (authors, for LeNet-300-100), a knob of the two that draw; 256 images, where theirs follow
/// from delta (about 125 for LeNet-300-100). Deviations: exactly as many weights stay as asked for, where the code
/// meets the size to 0.5 %: weights arrive in the random order in which drawing with replacement first meets them, and
/// the first ones stay. Their scale is 1 / (chance of having arrived before the first one left out), the expectation of
/// the code's count / (draws p), which keeps every weight's expectation exactly. Cost: sipp, two forward passes over the
/// images; the others, one product and one comparison per multiply-accumulate.
final class SiPP: Scorer {
    enum Variant {
        case deterministic, random, hybrid
    }

    let scope = Scope.weight
    private let variant: Variant
    /// Of the last scoring, by parameter name; what is kept of it tells the bound and the scales.
    private var rows: [String: SampledRows] = [:]

    init(_ variant: Variant) { self.variant = variant }

    func scores(in context: PruningContext) throws -> [String: Tensor] {
        let images = try context.examples.first(Int(context.knob("batch"))).inputs
        let reduction: EmpiricalSensitivity.Reduction = variant == .deterministic ? .mean : .largest
        let sensitivities = try EmpiricalSensitivity(reduction: reduction)(
            context.network, context.parameters, over: images)
        if variant == .deterministic { return sensitivities }
        rows = [:]
        for node in context.network.nodes {
            guard let sensitivity = sensitivities[node.weightName] else { continue }
            rows[node.weightName] = try arriving(node, sensitivity, in: context)
        }
        let drawn = try rows.mapValues { try $0.priorities() }
        guard variant == .hybrid else { return drawn }
        // Which way is better depends on the budget, that of the round.
        let masks = try context.selecting(context.target.sparsity ?? 0, by: drawn)
        for (name, mask) in masks.tensors { try rows[name]?.chooseSampling(at: mask) }
        return try rows.mapValues { try $0.priorities() }
    }

    func compensation(
        for masks: Masks, scores: [String: Tensor], in context: PruningContext
    ) throws -> [String: Tensor] {
        var scaled: [String: Tensor] = [:]
        var worst = 0.0
        for node in context.network.nodes {
            let name = node.weightName
            guard node.weightShape != nil, let mask = masks.tensors[name] else { continue }
            if variant == .deterministic, let sensitivity = scores[name] {
                worst = max(worst, try arriving(node, sensitivity, in: context).pickedError(mask).mean().item())
            } else if let rows = rows[name] {
                worst = max(worst, try rows.error(mask).mean().item())
                scaled[name] = try context.parameter(name).detach() * rows.scale(mask)
            }
        }
        context.record(.errorBound, worst)
        return scaled
    }

    /// One layer's weights in the order of their arrival.
    private func arriving(
        _ node: Network.Node, _ sensitivity: Tensor, in context: PruningContext
    ) throws -> SampledRows {
        var stream = RandomStream(seed: context.seed, purpose: "sipp", detail: "\(context.round)/\(node.weightName)")
        return try SampledRows(
            sensitivity, weight: context.parameter(node.weightName), logTerm: logTerm(node, in: context),
            seed: stream.bits())
    }

    /// The code's 2 C log(8 (positions + 1) kernel / delta), delta shared by all outputs of the network's layers;
    /// 0 where nothing is drawn.
    private func logTerm(_ node: Network.Node, in context: PruningContext) throws -> Double {
        guard variant != .deterministic else { return 0 }
        let outputs = context.network.nodes.filter { $0.weightShape != nil }
            .reduce(0) { $0 + $1.outputShape.reduce(1, *) }
        let positions = node.outputShape.dropFirst().reduce(1, *)
        let kernel = node.weightShape?[2...].reduce(1, *) ?? 1
        let odds = try 8 * Double((positions + 1) * kernel) * Double(outputs) / context.knob("delta")
        return 2 * SampledRows.constant * log(odds)
    }
}
