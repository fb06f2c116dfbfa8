internal import Foundation
package import Networks
package import Torch

/// Prunability: how few of its largest weights a trained network needs to fit its training data as well.
///
/// Source: L. Kuhn, C. Lyle, A. Gomez, J. Rothfuss, Y. Gal, "Robustness to pruning predicts generalization in deep neural
/// networks", 2021 (arXiv 2103.06002). A measure of a network, not a method: the smallest share alpha of its weights that
/// global magnitude pruning can keep, without retraining, such that
///
///     training loss <= (1 + beta) training loss of the dense network,    beta = 0.1
///
/// Shares are 10^(-k/10), k = 1, 2, ..., 20, down to 1 %. The loss need not be monotone: the measure is the last share
/// before the first one that fails. Where the dense loss is nearly zero, so is its tenth, and the measure says more about
/// that than about the network. Lower is simpler. Deviations: at most 5,000 training images, without augmentation, batch
/// normalisations by their running moments. Cost: at most 21 evaluations of the training loss.
package enum Prunability {
    package static let tolerance = 0.1
    /// Training images the loss is taken over, all of them if fewer.
    package static let images = 5000
    package static let shares = (1...20).map { pow(10, -Double($0) / 10) }

    /// The measure, 0.01...1; nil where the dense loss is not finite.
    ///
    /// - Parameter loss: The training loss of the network with the values it is given.
    package static func measure(
        of network: Network, _ parameters: [String: Tensor], loss: ([String: Tensor]) throws -> Double
    ) throws -> Double? {
        let dense = try loss(parameters)
        guard dense.isFinite, network.prunableCount > 0 else { return nil }
        let weights = network.prunable.compactMap { parameters[$0.name] }
        let magnitudes = try Tensor.cat(weights.map { try $0.detach().abs().flatten() })
        var smallest = 1.0
        for share in shares {
            let count = Int((Double(magnitudes.count) * (1 - share)).rounded())
            let kept = try ExactSelection.keep(magnitudes, removing: count)
            var pruned = parameters
            var start = 0
            for parameter in network.prunable {
                let mask = try kept.narrow(dimension: 0, start: start, length: parameter.count).reshape(parameter.shape)
                pruned[parameter.name] = try parameters[parameter.name]?.detach().maskedFill(mask.not(), 0)
                start += parameter.count
            }
            guard try loss(pruned) <= (1 + tolerance) * dense else { break }
            smallest = share
        }
        return smallest
    }
}
