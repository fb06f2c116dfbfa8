internal import Foundation
internal import Torch

/// How many of a layer's channels an error bound asks for, and which bound a number of channels allows.
///
/// With m draws of channels by probability p, D(m) = sum_j 1 - (1 - p_j)^m different ones are expected, and
///
///     m(epsilon) = K (6 + 2 epsilon) S / epsilon^2,   K = 3
///
/// draws keep the relative error of every output below epsilon (PFP, theorem 2; the authors' code). So ceil(D(m(epsilon)))
/// channels stay, and at least one.
struct SampleComplexity {
    /// By channel; all zero where no channel ever gives anything.
    let probabilities: [Double]
    /// `draws[r - 1]`: the number of draws at which r - 1 distinct channels are expected, for r = 1...channels; with more
    /// draws r channels stay. Infinite beyond the channels that have a probability.
    let draws: [Double]
    private let coefficient: Double

    /// The bound at which a single channel is left, the end of the authors' search: m(epsilon) never gets to 0.
    static let largestBound = 1e150

    /// - Parameters:
    ///   - sensitivities: By channel, never negative.
    ///   - logarithm: log(8 (patches + 1) k / delta) of the layer.
    init(sensitivities: [Double], logarithm: Double) throws {
        let sum = sensitivities.reduce(0, +)
        probabilities = sensitivities.map { sum > 0 ? $0 / sum : 0 }
        // S = 2 C log(...) sum, C = 3.
        coefficient = 6 * logarithm * sum
        let possible = probabilities.filter { $0 > 0 }
        let later = try Self.draws(expecting: possible.isEmpty ? 0 : possible.count - 1, of: possible)
        let unreachable = max(sensitivities.count - 1 - later.count, 0)
        draws = [0] + later + [Double](repeating: .infinity, count: unreachable)
    }

    /// The largest epsilon at which r channels stay, for r = 1...channels: falling, finite, never negative.
    var bounds: [Double] {
        draws.map { draws in
            guard draws > 0 else { return Self.largestBound }
            guard draws < .infinity else { return 0 }
            // m epsilon^2 - 6 S epsilon - 18 S = 0.
            let root = (9 * coefficient * coefficient + 18 * draws * coefficient).squareRoot()
            return min((3 * coefficient + root) / draws, Self.largestBound)
        }
    }

    /// The m with D(m) = 1, 2, ... `most`, by bisection over log m.
    private static func draws(expecting most: Int, of probabilities: [Double]) throws -> [Double] {
        guard most > 0 else { return [] }
        let exponents = try Tensor(probabilities.map { log1p(-min($0, 1)) }, shape: [1, probabilities.count])
        let targets = try Tensor((1...most).map(Double.init), shape: [most, 1])
        // D(m) is at most m.
        var low = try targets.log()
        var high = try Tensor.full([most, 1], 690, dtype: .float64)
        for _ in 0..<64 {
            let middle = try (low + high) * 0.5
            let expected = try (1 - (middle.exp() * exponents).exp()).sum([1], keepDimensions: true)
            let isEnough = try expected.greaterOrEqual(targets)
            high = try Tensor.choose(isEnough, middle, high)
            low = try Tensor.choose(isEnough, low, middle)
        }
        return try high.exp().toDoubles()
    }
}
