internal import Foundation
internal import Networks
internal import Sweep
internal import Torch

/// RigL: a network that is sparse from its first step, whose smallest weights give way to those with the largest
/// gradients.
///
/// Source: U. Evci, T. Gale, J. Menick, P. Castro, E. Elsen, "Rigging the Lottery: Making All Tickets Winners", ICML
/// 2020 (arXiv 1911.11134), section 3 and algorithm 1, and the authors' code. Random masks at first; then, every
/// `interval` steps until T_end, in every layer with n weights left:
///
///     k = floor(n drop / 2 (1 + cos(pi t / T_end)))
///     drop the k smallest |w| among those left, then grow the k largest |dL/dw| among those not left
///
/// On such a step nothing else moves. Grown weights start at zero with zero momentum; one dropped and grown at once
/// keeps its value. The number of weights in a layer never changes.
///
/// Defaults: interval 100 and drop 0.3 (authors' code), end 0.75 (the paper: 25,000 of 32,000 steps), densities by
/// Erdős–Rényi kernel (the paper's best) or uniform. Deviations: ties go by position, where the code adds noise;
/// uniform does not spare the first layer (say `exclude: [first]` under `layers`); a training in which fewer than ten
/// intervals fit before T_end gets intervals of a tenth of it. Cost: two sorts of each layer per exchange; training
/// computes dense gradients, zeros included.
final class RigL: Trainer {
    private var context: PruningContext?
    private var interval = 0
    private var drop = 0.0
    private var end = 0.0

    func begin(_ context: PruningContext) throws -> Masks? {
        self.context = context
        interval = Int(try context.knob("interval"))
        drop = try context.knob("drop")
        end = try context.knob("end")
        return try context.selecting(context.requestedSparsity(), by: RandomPruning().scores(in: context))
    }

    func movesWeights(at moment: TrainingMoment) -> Bool { exchangedShare(at: moment) == nil }

    func afterUpdate(at moment: TrainingMoment) throws -> Masks? {
        guard let context, let share = exchangedShare(at: moment) else { return nil }
        var masks = moment.masks.tensors
        for parameter in context.eligible {
            guard let weight = moment.parameters[parameter.name], let gradient = try weight.grad,
                let mask = masks[parameter.name]
            else { continue }
            let left = try moment.masks.nonzero(parameter)
            let count = Int(share * Double(left))
            guard count > 0, left < parameter.count else { continue }
            masks[parameter.name] = try Self.exchange(count, mask, weight: weight.detach(), gradient: gradient)
        }
        return try Masks(masks, of: context.network)
    }

    func finish(_ context: PruningContext) throws -> Masks? { context.masks }

    /// The share of a layer's weights that this step exchanges; nil where it trains as any other.
    func exchangedShare(at moment: TrainingMoment) -> Double? {
        let last = end * Double(moment.steps)
        let spacing = max(min(interval, Int(last) / 10), 1)
        guard moment.step > 0, Double(moment.step) < last, moment.step % spacing == 0 else { return nil }
        return drop / 2 * (1 + cos(Double.pi * Double(moment.step) / last))
    }

    /// A mask in which the `count` smallest weights have given way to as many of the largest gradients.
    static func exchange(_ count: Int, _ mask: Tensor, weight: Tensor, gradient: Tensor) throws -> Tensor {
        let smallest = try weight.abs().maskedFill(mask.not(), .infinity).flatten().argsort()
            .narrow(dimension: 0, start: 0, length: count)
        let kept = try mask.flatten().scatter(dimension: 0, smallest, Tensor.zeros([count], dtype: .bool))
        let largest = try gradient.abs().flatten().maskedFill(kept, -.infinity).argsort(descending: true)
            .narrow(dimension: 0, start: 0, length: count)
        return try kept.scatter(dimension: 0, largest, Tensor.ones([count], dtype: .bool)).reshape(mask.shape)
    }
}
