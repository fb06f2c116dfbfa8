internal import Frontier
internal import Sweep

extension SweepFrontier {
    /// What a sweep is run for: the sparsest network that loses no more than so much accuracy, and how sure that is.
    ///
    /// Accuracy is compared in pairs, each network with the dense network of its seed. Controls do not take part.
    package struct Answer: Sendable {
        /// The loss of test accuracy that is allowed: 0.005 is half a point.
        package let allowance: Double
        /// The sparsest point whose mean loss is within the allowance; `nil` where there is none. Of points that are equally
        /// sparse it is the one that loses least.
        package let best: Group?
        /// The other points within the allowance that are equally sparse: less than 0.1 points apart.
        package let equals: [Group]
        /// The sparsest point whose whole 95 % interval is within the allowance.
        package let certain: Group?

        /// Whether the whole interval of `best` is within the allowance; `false` for a single seed.
        package var isCertain: Bool { best.map { $0.isCertain(within: allowance) } ?? false }
    }

    /// One each for half a point, one point and two points; none before a network can be compared with its dense one.
    package var answers: [Answer] {
        let candidates = candidates
        guard !candidates.isEmpty else { return [] }
        return [0.005, 0.01, 0.02].map { allowance in
            let within = candidates.filter { ($0.difference?.mean ?? -1) >= -allowance - Self.roundingError }
            let sparsest = Self.sparsest(of: within)
            return Answer(
                allowance: allowance, best: sparsest.first, equals: Array(sparsest.dropFirst()),
                certain: Self.sparsest(of: within.filter { $0.isCertain(within: allowance) }).first)
        }
    }

    /// The points that can be an answer.
    var candidates: [Group] {
        groups.filter { !$0.isControl && $0.difference != nil && ($0.sparsity?.mean ?? 0) > 0 }
    }

    fileprivate static let roundingError = 1e-12

    /// The largest sparsity and what is less than 0.1 points from it, by rising loss.
    private static func sparsest(of points: [Group]) -> [Group] {
        func sparsity(_ point: Group) -> Double { point.sparsity?.mean ?? 0 }
        func difference(_ point: Group) -> Double { point.difference?.mean ?? -1 }
        guard let largest = points.map(sparsity).max() else { return [] }
        return points.enumerated().filter { largest - sparsity($0.element) < 0.001 }
            .sorted {
                let (a, b) = (difference($0.element), difference($1.element))
                return a != b ? a > b : $0.offset < $1.offset
            }.map(\.element)
    }
}

extension SweepFrontier.Group {
    fileprivate func isCertain(within allowance: Double) -> Bool {
        difference?.interval.map { $0.lowerBound >= -allowance - SweepFrontier.roundingError } ?? false
    }
}
