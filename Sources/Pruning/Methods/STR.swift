internal import Foundation
internal import Networks
internal import Sweep
internal import Torch

/// STR: every layer learns the threshold below which its weights are zero.
///
/// Source: A. Kusupati et al., "Soft Threshold Weight Reparameterization for Learnable Sparsity", ICML 2020 (arXiv
/// 2002.03231), section 3, and the authors' code. The layer computes with w' instead of w, g being the sigmoid:
///
///     w' = sign(w) relu(|w| - g(s))
///     dL/dw = dL/dw' where w' is not 0, else 0;    dL/ds = -g'(s) sum_{w' is not 0} sign(w) dL/dw'
///
/// Weights and s are learned by one optimiser with one weight decay lambda, which draws a negative s, and so the
/// threshold, upwards. After training w' takes the place of w: the outputs stay the same to the bit.
///
/// A level of the knob `s-init` is the paper's method: s starts there in every layer and the sparsity is an outcome.
/// The authors' -3200 needs their 100 epochs of ImageNet; ten epochs of MNIST come from -5 to 35 %. A requested
/// sparsity is sought: s starts at -8 (a threshold of 0.0003) and, besides what it learns, is halved over each third of
/// the training, so that the threshold comes to the size of weights (0.02 and more) after the first. As soon as the
/// requested share of all prunable weights lies below its layer's threshold, and at half of the training at the latest,
/// the set is frozen: exactly as many as asked for, those with the smallest |w| - g(s), are gone, w' takes the place of
/// w, and training goes on without thresholds. A kept weight below its threshold is zero until it learns.
///
/// Defaults: lambda 1e-4 (ours; the authors: 2.25e-5 for ResNet-50 at 90 %). Deviations: the search for a requested
/// sparsity. Cost: a few elementwise operations per step, and a count of the weights below the threshold.
final class STR: Trainer {
    private static let startOfSearch = -8.0
    private static let halvings = 3.0
    private static let endOfSearch = 0.5

    private var context: PruningContext?
    private var names: [String] = []
    /// s of each layer, float32 [], under "threshold/<parameter>".
    private(set) var learned: [NamedTensor] = []
    private(set) var weightDecay: Double?
    /// Bool []: whether the thresholds have done their work.
    private var isFrozen: Tensor?

    var state: [String: Tensor] {
        var state = Dictionary(uniqueKeysWithValues: learned.map { ($0.name, $0.tensor) })
        state["frozen"] = isFrozen
        return state
    }

    func begin(_ context: PruningContext) throws -> Masks? {
        self.context = context
        let start: Double
        switch context.target {
        case .knob("s-init", let value): start = value
        case .knob(let name, _): throw PruningError("str has no level knob '\(name)'; it has s-init")
        case .sparsity:
            _ = try context.requestedSparsity()
            start = Self.startOfSearch
        }
        weightDecay = try context.knob("lambda")
        names = context.eligible.map(\.name)
        learned = try names.map {
            NamedTensor(name: "threshold/\($0)", tensor: try Tensor.full([], start).requireGrad())
        }
        isFrozen = try Tensor.zeros([], dtype: .bool)
        return nil
    }

    func effective(_ parameters: [String: Tensor]) throws -> [String: Tensor] {
        guard try !hasFrozen() else { return parameters }
        var values = parameters
        for (name, threshold) in zip(names, learned) {
            guard let weight = parameters[name] else { continue }
            values[name] = try weight.sign() * Self.margin(weight, threshold.tensor).relu()
        }
        return values
    }

    func afterUpdate(at moment: TrainingMoment) throws -> Masks? {
        guard let context, let target = context.target.sparsity, try !hasFrozen() else { return nil }
        let factor = pow(0.5, Self.halvings / Double(moment.steps))
        var below = 0
        for (name, threshold) in zip(names, learned) {
            try threshold.tensor.multiplyInPlace(factor)
            guard let weight = moment.parameters[name] else { continue }
            below += try Self.margin(weight, threshold.tensor).lessOrEqual(0).countNonzero().itemInt()
        }
        let isLate = Double(moment.step + 1) >= Self.endOfSearch * Double(moment.steps)
        guard isLate || below >= context.removals(target) else { return nil }
        return try freeze(context.at(moment), to: target)
    }

    func finish(_ context: PruningContext) throws -> Masks? {
        guard try !hasFrozen() else { return context.masks }
        return try freeze(context, to: nil)
    }

    /// Writes the effective weights into the parameters and says what is left: the requested share exactly, or without
    /// one whatever is not zero.
    private func freeze(_ context: PruningContext, to target: Double?) throws -> Masks {
        let effective = try effective(context.parameters)
        var masks = context.masks
        if let target {
            let margins = try zip(names, learned).map { name, threshold in
                (name, try Self.margin(context.parameter(name).detach(), threshold.tensor))
            }
            masks = try context.selecting(target, by: Dictionary(uniqueKeysWithValues: margins), .global)
        } else {
            let left = try names.compactMap { name in try effective[name].map { (name, try $0.notEqual(0)) } }
            masks = try Masks(masks.tensors.merging(left) { $1 }, of: context.network)
        }
        for name in names { try effective[name].map(context.parameter(name).copy(from:)) }
        try isFrozen?.fill(1)
        return masks
    }

    /// How far each weight lies above the threshold.
    private static func margin(_ weight: Tensor, _ threshold: Tensor) throws -> Tensor {
        try weight.abs() - threshold.sigmoid()
    }

    private func hasFrozen() throws -> Bool { try isFrozen?.itemInt() == 1 }
}
