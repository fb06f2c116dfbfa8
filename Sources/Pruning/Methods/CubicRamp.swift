internal import Foundation
internal import Sweep

/// The sparsities of a gradual pruning: steep at first, flat towards the end.
///
/// Source: M. Zhu, S. Gupta, "To prune, or not to prune: exploring the efficacy of pruning for model compression", 2017
/// (arXiv 1710.01878), equation 1, over the updates t0 < t <= t1 of a training:
///
///     s(t) = s_final + (s_initial - s_final) (1 - (t - t0) / (t1 - t0))^3
///
/// Knobs: `begin` and `end`, t0 and t1 as shares of the training; `interval`, updates between two prunings. A training
/// in which fewer than ten intervals fit between begin and end gets intervals of a tenth of the way.
struct CubicRamp {
    private let begin: Double
    private let end: Double
    private let interval: Int
    private let final: Double

    /// - Parameter final: The sparsity at the end.
    init(_ context: PruningContext, to final: Double) throws {
        // A method that became gradual by its schedule has no ramp among its knobs.
        let defaults = MethodCatalogue["gradual"]?.defaultKnobs ?? [:]
        func knob(_ name: String) throws -> Double {
            guard let value = context.pruning.knobs[name] ?? defaults[name] else {
                throw PruningError("the stage lacks the knob '\(name)' of a gradual schedule; plan the sweep again")
            }
            return value
        }
        begin = try knob("begin")
        end = try knob("end")
        interval = Int(try knob("interval"))
        guard begin < end else {
            throw PruningError(
                "the ramp begins at \(begin) of the training and ends at \(end); lower begin or raise end")
        }
        self.final = final
    }

    /// The sparsity to prune to now that the weights have moved; nil where this step prunes nothing.
    ///
    /// - Parameter initial: The sparsity at the beginning; asked for only where the step prunes.
    func sparsity(at moment: TrainingMoment, from initial: @autoclosure () throws -> Double) rethrows -> Double? {
        let updates = moment.step + 1
        let first = Int(begin * Double(moment.steps))
        let last = min(max(Int(end * Double(moment.steps)), first + 1), moment.steps)
        guard updates > first, updates <= last else { return nil }
        guard updates < last else { return final }
        let spacing = max(min(interval, (last - first) / 10), 1)
        guard (updates - first) % spacing == 0 else { return nil }
        return try final + (initial() - final) * pow(1 - Double(updates - first) / Double(last - first), 3)
    }
}
