package import Torch

extension Network {
    /// The smaller network that has only some channels, and its values.
    ///
    /// It computes what this network computes where ``masks(keeping:)`` are applied.
    ///
    /// - Parameters:
    ///   - kept: Channels to keep by ``ChannelGroup/name``, ascending; a group without an entry is whole.
    ///   - parameters: By name, as ``values`` lists them.
    package func keeping(
        _ kept: [String: [Int]], parameters: [String: Tensor]
    ) throws -> (network: Network, parameters: [String: Tensor]) {
        var outputs: [Int: Int] = [:]
        for (group, channels) in try checked(kept) {
            for producer in group.producers { outputs[producer] = channels.count }
        }
        let smaller = try rewritten { index, node in
            [(node.name, outputs[index].map { node.layer.withOutputs($0) } ?? node.layer)]
        }
        let tensors = try slices(of: parameters, keeping: kept)
        if let missing = values.first(where: { tensors[$0.name] == nil }) {
            throw NetworkError("the network's parameter \(missing.name) is missing; use its own checkpoint")
        }
        return (smaller, tensors)
    }

    /// The smaller network's part of tensors that are shaped like the parameters: values, momenta, masks, scores.
    ///
    /// All are copies, those of whole layers too, and need no gradient.
    ///
    /// - Parameters:
    ///   - tensors: By parameter name; any of them.
    ///   - kept: As for ``keeping(_:parameters:)``.
    package func slices(of tensors: [String: Tensor], keeping kept: [String: [Int]]) throws -> [String: Tensor] {
        let groups = try checked(kept)
        return try withNoGrad {
            var tensors = try tensors.mapValues { try $0.detach() }
            for (group, channels) in groups {
                for member in group.members {
                    let indices = try Tensor(member.indices(of: channels))
                    tensors[member.name] = try tensors[member.name]?.indexSelect(dimension: member.axis, indices)
                }
            }
            return try tensors.mapValues { try $0.clone() }
        }
    }

    /// What is left of each parameter that owns a part of a removed channel: bool tensors by parameter name.
    ///
    /// A removed channel loses its producers' weights and biases, its normalisations' scales and shifts, and what its
    /// readers have for it. Parameters without an entry are whole.
    ///
    /// - Parameter kept: Channels to keep by ``ChannelGroup/name``, ascending; a group without an entry is whole.
    package func masks(keeping kept: [String: [Int]]) throws -> [String: Tensor] {
        let shapes = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.shape) })
        var masks: [String: Tensor] = [:]
        for (group, channels) in try checked(kept) {
            for member in group.members {
                guard let shape = shapes[member.name] else { continue }
                let indices = try Tensor(member.indices(of: channels))
                let line = try Tensor.zeros([shape[member.axis]], dtype: .bool)
                    .scatter(dimension: 0, indices, Tensor.ones(indices.shape, dtype: .bool))
                var along = shape.map { _ in 1 }
                along[member.axis] = shape[member.axis]
                let mask = try line.reshape(along).expand(shape).contiguous()
                masks[member.name] = try masks[member.name].map { try $0.and(mask) } ?? mask
            }
        }
        return masks
    }

    /// The groups that have an entry, with it; throws where the entry cannot be carried out.
    private func checked(_ kept: [String: [Int]]) throws -> [(group: ChannelGroup, channels: [Int])] {
        let groups = channelGroups
        if let unknown = kept.keys.sorted().first(where: { name in !groups.contains { $0.name == name } }) {
            throw NetworkError("network \(name) has no removable channels called \(unknown)")
        }
        return try groups.compactMap { group in
            guard let channels = kept[group.name] else { return nil }
            guard let first = channels.first, let last = channels.last else {
                throw NetworkError(
                    "network \(name), channels \(group.name): none would be left; keep one at least")
            }
            guard first >= 0, last < group.channels, zip(channels, channels.dropFirst()).allSatisfy(<) else {
                throw NetworkError(
                    "network \(name), channels \(group.name): those to keep must ascend within "
                        + "0...\(group.channels - 1)")
            }
            return (group, channels)
        }
    }
}

extension ChannelGroup.Member {
    /// The indices along the axis that some channels own.
    package func indices(of channels: [Int]) -> [Int64] {
        channels.flatMap { channel in (channel * spread..<(channel + 1) * spread).map(Int64.init) }
    }
}

extension Layer {
    /// The layer with another number of outputs; a depthwise convolution stays one.
    fileprivate func withOutputs(_ count: Int) -> Layer {
        switch self {
        case .convolution(_, let kernel, let stride, let padding, let groups, let bias):
            // Only depthwise convolutions have groups among those whose channels can be removed.
            .convolution(
                outputs: count, kernel: kernel, stride: stride, padding: padding, groups: groups > 1 ? count : 1,
                bias: bias)
        case .linear(_, let bias):
            .linear(outputs: count, bias: bias)
        case .batchNorm, .relu, .maxPool, .globalAveragePool, .add, .flatten:
            self
        }
    }
}
