internal import Foundation

/// What a prune stage does: method, level, and the parts that are the same for every method.
package struct Pruning: Codable, Hashable, Sendable {
    /// A name of ``MethodCatalogue``.
    package var method: String
    /// ``MethodCatalogue/Entry/revision``.
    package var revision: Int?
    /// The method's own knobs, all of them, defaults filled in.
    package var knobs: [String: Double]
    package var level: Level
    package var start: Start
    package var allocation: Allocation
    package var layers: LayerSelection
    package var schedule: PruningSchedule
    package var retrain: Retrain

    package init(
        method: String, knobs: [String: Double], level: Level, start: Start = .trained,
        allocation: Allocation = .global, layers: LayerSelection = .all, schedule: PruningSchedule = .oneShot,
        retrain: Retrain
    ) {
        self.method = method
        revision = MethodCatalogue[method]?.revision
        self.knobs = knobs
        self.level = level
        self.start = start
        self.allocation = allocation
        self.layers = layers
        self.schedule = schedule
        self.retrain = retrain
    }
}

/// A requested sparsity, or a value of the method's own knob.
package enum Level: Codable, Hashable, Sendable {
    /// The share of prunable weights to remove, 0..<1.
    case sparsity(Double)
    /// A knob of the method by name; the sparsity is an outcome.
    case knob(name: String, value: Double)

    /// The number a report prints for the level.
    package var value: Double {
        switch self {
        case .sparsity(let value): value
        case .knob(_, let value): value
        }
    }

    /// The requested sparsity, nil where it is an outcome.
    package var sparsity: Double? {
        if case .sparsity(let value) = self { value } else { nil }
    }

    /// How far the sparsity of a stage may lie from the requested one: half a point.
    package static let tolerance = 0.005

    /// What one of several rounds of pruning aims at.
    ///
    /// Densities fall geometrically: round r of n leaves (1 - sparsity)^(r/n). A value of the method's own knob is the same
    /// in every round.
    ///
    /// - Parameter round: From 1.
    package func target(ofRound round: Int, of rounds: Int) -> Level {
        guard case .sparsity(let final) = self, round < rounds else { return self }
        return .sparsity(1 - pow(1 - final, Double(round) / Double(rounds)))
    }
}

/// Which network a prune stage starts from.
package enum Start: String, Codable, Hashable, Sendable, CaseIterable {
    /// The seed's dense network, or in a cascade that of the level before.
    case trained
    /// The seed's untrained network, which is then trained for as long as the dense one was.
    case initialisation
}

/// How a requested sparsity is spread over the layers.
package enum Allocation: String, Codable, Hashable, Sendable, CaseIterable {
    /// All weights (or channels) of the network compete with each other; the layers' shares are an outcome.
    case global
    /// Every layer loses the same share.
    case uniform
    /// Erdős–Rényi kernel: a layer's density is in proportion to the sum of its dimensions over their product (Mocanu
    /// 2018, Evci 2020).
    case erk
}

/// How the rounds of pruning lead to the level.
package enum PruningSchedule: Codable, Hashable, Sendable {
    /// All at once.
    case oneShot
    /// Rounds of pruning and retraining; densities fall geometrically.
    case iterative(rounds: Int)
    /// A little at a time while the retraining runs, as the cubic ramp of Zhu and Gupta 2017 has it.
    case gradual

    /// Rounds of pruning, each followed by retraining.
    package var rounds: Int {
        if case .iterative(let rounds) = self { max(rounds, 1) } else { 1 }
    }
}

/// The layers that may lose weights. Sparsity is a share of all prunable weights, whichever may be removed.
package struct LayerSelection: Codable, Hashable, Sendable {
    /// Patterns of which a layer must match one; empty: every layer.
    package var include: [String]
    /// Patterns of which it must match none.
    package var exclude: [String]

    package init(include: [String] = [], exclude: [String] = []) {
        self.include = include
        self.exclude = exclude
    }

    /// Every layer with prunable weights.
    package static let all = LayerSelection()

    /// Which of the layers may be pruned.
    ///
    /// A pattern is `first`, `last`, `convolution`, `linear`, or a layer's name in which `*` stands for any characters.
    ///
    /// - Parameter layers: Name and kind ("convolution" or "linear"), in the order of the network.
    package func selected(among layers: [(name: String, kind: String)]) -> [String] {
        layers.indices.filter { index in
            func matches(_ pattern: String) -> Bool {
                switch pattern {
                case "first": index == 0
                case "last": index == layers.count - 1
                case "convolution", "linear": layers[index].kind == pattern
                default: Self.matches(layers[index].name[...], pattern[...])
                }
            }
            return (include.isEmpty || include.contains(where: matches)) && !exclude.contains(where: matches)
        }.map { layers[$0].name }
    }

    /// Whether the whole text matches a pattern with `*`; time in proportion to |text| |pattern|.
    private static func matches(_ text: Substring, _ pattern: Substring) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return text == pattern }
        guard text.hasPrefix(parts[0]) else { return false }
        var rest = text.dropFirst(parts[0].count)
        for part in parts[1..<(parts.count - 1)] {
            guard let found = part.isEmpty ? rest.startIndex..<rest.startIndex : rest.firstRange(of: part) else {
                return false
            }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(parts[parts.count - 1])
    }
}

/// Training after pruning.
package struct Retrain: Codable, Hashable, Sendable {
    /// Which weights the retraining starts from, and at which learning rates.
    package enum Mode: String, Codable, Sendable, CaseIterable {
        /// Keeps the weights, trains on at the schedule's last learning rate.
        case fineTune = "fine-tune"
        /// Keeps the weights, replays the last `epochs` of the dense schedule (Renda, Frankle, Carbin 2020).
        case learningRateRewinding = "learning-rate-rewinding"
        /// Sets the weights that are left back to their initial values and trains by the dense schedule, compressed to
        /// `epochs` (Frankle and Carbin 2019).
        case weightRewinding = "weight-rewinding"
        /// The control: other initial values, then as weight rewinding.
        case reinitialise
    }

    package var mode: Mode
    /// Epochs after each round of pruning.
    package var epochs: Int

    package init(mode: Mode, epochs: Int) {
        self.mode = mode
        self.epochs = epochs
    }
}
