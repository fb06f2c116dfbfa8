internal import Networks
internal import Sweep
internal import Torch

/// Removal of whole channels by score until a share of the dense network's prunable weights is gone.
///
/// Under global allocation the channels of all groups go by rising score; under uniform allocation by their rank within
/// their group, so that every group loses the same share. A channel whose removal would lead further away from the
/// requested sparsity is passed over, and every group keeps at least one.
struct ChannelSelection {
    private struct Channel {
        let group: Int
        let index: Int
        let rank: Double
    }

    private let network: Network
    private let groups: [ChannelGroup]
    private let densePrunable: Int
    /// In the order in which they go.
    private let order: [Channel]
    private let weights: [Weight]

    /// A prunable weight's size as a function of how many channels its groups keep.
    private struct Weight {
        let count: Int
        /// The groups of its outputs and of its inputs, by position; nil where nothing can be removed.
        let outputs: Int?
        let inputs: Int?

        func count(_ left: [Int], of groups: [ChannelGroup]) -> Int {
            var count = count
            for group in [outputs, inputs].compactMap(\.self) {
                count = count / groups[group].channels * left[group]
            }
            return count
        }
    }

    /// - Parameter scores: [channels] by group name, never NaN.
    init(_ context: PruningContext, groups: [ChannelGroup], scores: [String: Tensor], allocation: Allocation) throws {
        network = context.network
        self.groups = groups
        densePrunable = context.dense.prunableCount
        var channels: [Channel] = []
        for (position, group) in groups.enumerated() {
            guard let score = scores[group.name], score.shape == [group.channels] else {
                throw PruningError(
                    "the method gave no scores of shape [\(group.channels)] for the channels of \(group.name)")
            }
            let values = try score.toDoubles()
            let ranked = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
            for (rank, index) in ranked.enumerated() {
                let share = (Double(rank) + 0.5) / Double(group.channels)
                channels.append(
                    Channel(group: position, index: index, rank: allocation == .global ? values[index] : share))
            }
        }
        order = channels.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(
            \.element)
        func side(_ name: String, axis: Int) -> Int? {
            groups.firstIndex { $0.members.contains { $0.name == name && $0.axis == axis } }
        }
        weights = network.prunable.map {
            Weight(count: $0.count, outputs: side($0.name, axis: 0), inputs: side($0.name, axis: 1))
        }
    }

    /// The channels kept, ascending, by group name.
    func kept(sparsity target: Double) throws -> [String: [Int]] {
        var left = groups.map(\.channels)
        var removed = groups.map { _ in Set<Int>() }
        var distance = abs(sparsity(left) - target)
        for channel in order where left[channel.group] > 1 {
            left[channel.group] -= 1
            let next = abs(sparsity(left) - target)
            if next < distance {
                distance = next
                removed[channel.group].insert(channel.index)
            } else {
                left[channel.group] += 1
            }
        }
        var kept: [String: [Int]] = [:]
        for (group, gone) in zip(groups, removed) {
            kept[group.name] = (0..<group.channels).filter { !gone.contains($0) }
        }
        return kept
    }

    private func sparsity(_ left: [Int]) -> Double {
        1 - Double(weights.reduce(0) { $0 + $1.count(left, of: groups) }) / Double(max(densePrunable, 1))
    }
}
