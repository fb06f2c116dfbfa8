internal import Networks
internal import Torch

/// Network slimming: channel scales are pushed towards zero while training; the channels with the smallest ones go.
///
/// Source: Z. Liu, J. Li, Z. Shen, G. Huang, S. Yan, C. Zhang, "Learning efficient convolutional networks through network
/// slimming", ICCV 2017 (equation 1), and the authors' code: loss + s sum |gamma| over the scales of batch normalisations,
/// by its sub-gradient s sign(gamma); then the channels with the smallest |gamma| of the whole network are removed.
///
/// Default: s = 1e-4 (paper, section 4.2, for VGG-19; 1e-5 for ResNet-164 and DenseNet-40). Deviations: scales start at 1
/// as everywhere in this engine, where the authors start at 0.5; in residual networks the channels that are added up go
/// together, by the mean |gamma| of their normalisations, where the authors let each block select its inputs; channels
/// without a batch normalisation get a learned gate on each filter's outputs, 1 at first, penalised and compared in the
/// same way and multiplied into weights and biases in the end; only channels that may be removed are penalised. Cost:
/// nothing to speak of beside a step.
final class Slimming: Trainer, GroupScorer {
    private var penalty = 0.0
    /// By the producer's name, [outputs]; what the optimiser moves.
    private var gates: [String: Tensor] = [:]
    /// The gates that were multiplied in, by the producer's name.
    private var baked: [String: Tensor] = [:]
    /// Of the penalised scales.
    private var scales: [String] = []

    // MARK: - Training

    func begin(_ context: PruningContext) throws -> Masks? {
        penalty = try context.knob("penalty")
        gates = [:]
        scales = []
        for group in context.eligibleGroups {
            let names = group.scaleNames
            scales += names
            guard names.isEmpty else { continue }
            for producer in group.producers {
                let node = context.network.nodes[producer]
                gates[node.name] = try Tensor.ones([node.outputShape[0]]).requireGrad()
            }
        }
        return nil
    }

    var learned: [NamedTensor] {
        gates.sorted { $0.key < $1.key }.map { NamedTensor(name: "\($0.key).gate", tensor: $0.value) }
    }

    func effective(_ parameters: [String: Tensor]) throws -> [String: Tensor] {
        var effective = parameters
        for (layer, gate) in gates {
            for name in ["\(layer).weight", "\(layer).bias"] {
                guard let parameter = parameters[name] else { continue }
                let along = parameter.shape.indices.map { $0 == 0 ? parameter.shape[0] : 1 }
                effective[name] = try parameter * gate.reshape(along)
            }
        }
        return effective
    }

    func beforeUpdate(at moment: TrainingMoment) throws {
        for tensor in scales.compactMap({ moment.parameters[$0] }) + gates.values {
            try tensor.grad?.addInPlace(tensor.detach().sign() * penalty)
        }
    }

    func finish(_ context: PruningContext) throws -> Masks? {
        let values = try effective(context.parameters)
        for layer in gates.keys {
            for name in ["\(layer).weight", "\(layer).bias"] {
                if let value = values[name] { try context.parameter(name).copy(from: value.detach()) }
            }
        }
        // They are in the weights now, and no longer part of what a stopped stage needs.
        baked = try gates.mapValues { try $0.detach() }
        gates = [:]
        return nil
    }

    // MARK: - Scores

    func scores(of groups: [ChannelGroup], in context: PruningContext) throws -> [String: Tensor] {
        var scores: [String: Tensor] = [:]
        for group in groups {
            let names = group.scaleNames
            let scales =
                names.isEmpty
                ? try group.producers.map { try gate(of: context.network.nodes[$0].name) }
                : try names.map { try context.parameter($0).detach() }
            var strengths = [Double](repeating: 0, count: group.channels)
            for scale in scales {
                let values = try scale.toDoubles()
                // A channel that was flattened has several scales in a row.
                let spread = values.count / group.channels
                for (index, value) in values.enumerated() {
                    strengths[index / spread] += abs(value) / Double(spread * scales.count)
                }
            }
            scores[group.name] = try Tensor(strengths)
        }
        return scores
    }

    private func gate(of layer: String) throws -> Tensor {
        guard let gate = baked[layer] ?? gates[layer] else {
            throw PruningError(
                "the channels of \(layer) have no batch normalisation and no gate was trained; train under slimming first"
            )
        }
        return try gate.detach()
    }
}

extension ChannelGroup {
    /// The scales of batch normalisations that the channels pass.
    fileprivate var scaleNames: [String] { members.filter { $0.kind == .scale }.map(\.name) }
}
