internal import Networks
internal import Sweep
internal import Torch

/// Removal of whole channels by score until a share of the dense network's prunable weights is gone.
///
/// Under global allocation the channels of all groups go by rising score; under uniform allocation by their rank within
/// their group, so that every group loses the same share. Where a channel that holds too much for what is still to go comes
/// next and stopping there would miss the sparsity by more than a fifth of a point, it is passed over and smaller ones of
/// other groups go instead. Every group keeps at least one channel, and always those of its largest scores.
struct ChannelSelection {
    private let network: Network
    private let groups: [ChannelGroup]
    private let densePrunable: Int
    /// Of each group, the channels in the order in which they go.
    private let ranked: [[Int]]
    /// The groups, each as often as it has channels, in the order in which these go.
    private let order: [Int]
    /// What each group's channels hold.
    private let weights: [[Weight]]

    /// A prunable weight whose size is in proportion to the channels left of one group or the product of two.
    private struct Weight {
        /// For one channel of each group.
        let unit: Int
        /// The group of the other side, by position; nil where nothing can be removed there.
        let other: Int?
    }

    /// - Parameter scores: [channels] by group name, never NaN.
    init(_ context: PruningContext, groups: [ChannelGroup], scores: [String: Tensor], allocation: Allocation) throws {
        network = context.network
        self.groups = groups
        densePrunable = context.dense.prunableCount
        var ranked: [[Int]] = []
        var order: [(rank: Double, group: Int)] = []
        for (position, group) in groups.enumerated() {
            guard let score = scores[group.name], score.shape == [group.channels] else {
                throw PruningError(
                    "the method gave no scores of shape [\(group.channels)] for the channels of \(group.name)")
            }
            let values = try score.toDoubles()
            ranked.append(values.indices.sorted { (values[$0], $0) < (values[$1], $1) })
            for (rank, index) in ranked[position].enumerated() {
                let share = (Double(rank) + 0.5) / Double(group.channels)
                order.append((allocation == .global ? values[index] : share, position))
            }
        }
        self.ranked = ranked
        self.order = order.indices.sorted { (order[$0].rank, $0) < (order[$1].rank, $1) }.map { order[$0].group }
        weights = Self.weights(of: context.network, groups)
    }

    private static func weights(of network: Network, _ groups: [ChannelGroup]) -> [[Weight]] {
        var sides: [String: [Int: Int]] = [:]
        for (position, group) in groups.enumerated() {
            for member in group.members { sides[member.name, default: [:]][member.axis] = position }
        }
        var weights: [[Weight]] = groups.map { _ in [] }
        for parameter in network.prunable {
            guard let found = sides[parameter.name] else { continue }
            let (outputs, inputs) = (found[0], found[1])
            let unit = [outputs, inputs].compactMap(\.self).reduce(parameter.count) { $0 / groups[$1].channels }
            if let outputs { weights[outputs].append(Weight(unit: unit, other: inputs)) }
            if let inputs, inputs != outputs { weights[inputs].append(Weight(unit: unit, other: outputs)) }
        }
        return weights
    }

    /// The channels kept, ascending, by group name.
    func kept(sparsity target: Double) throws -> [String: [Int]] {
        var left = groups.map(\.channels)
        // Weights still to go.
        var rest = Double(network.prunableCount) - (1 - target) * Double(densePrunable)
        let precision = 0.002 * Double(densePrunable)
        var isMet = false
        for group in order where left[group] > 1 {
            let freed = Double(freed(by: group, left))
            if freed > rest {
                guard min(rest, freed - rest) <= precision else { continue }
                isMet = true
                if rest <= freed - rest { break }
            }
            left[group] -= 1
            rest -= freed
            if isMet { break }
        }
        // Only large ones are left: the closest.
        let last = groups.indices.filter { left[$0] > 1 }
            .map { (group: $0, miss: abs(Double(freed(by: $0, left)) - rest)) }.min { $0.miss < $1.miss }
        if let last, !isMet, last.miss < rest { left[last.group] -= 1 }
        var kept: [String: [Int]] = [:]
        for (position, group) in groups.enumerated() {
            kept[group.name] = ranked[position].suffix(left[position]).sorted()
        }
        return kept
    }

    /// The weights that go with one more channel of a group.
    private func freed(by group: Int, _ left: [Int]) -> Int {
        weights[group].reduce(0) { sum, weight in
            switch weight.other {
            case nil: sum + weight.unit
            case group: sum + weight.unit * (2 * left[group] - 1)
            case .some(let other): sum + weight.unit * left[other]
            }
        }
    }
}
