package import Networks
package import Sweep
package import Torch

/// What a method may look at: the network as it stands, and training images.
package struct PruningContext {
    package let network: Network
    /// Every value of the network by name, running moments included; pruned weights are zero.
    package let parameters: [String: Tensor]
    /// What is left of the network as it stands.
    package let masks: Masks
    /// The network before anything was removed: the one all sparsities are relative to.
    package let dense: Network
    package let pruning: Pruning
    /// What the round at hand aims at.
    package let target: Level
    package let seed: Int
    /// Rounds of pruning, from 1.
    package let round: Int
    package let examples: TrainingExamples
    /// Keeps a number of the method's own with the result: "error_bound" and the like.
    package let record: (_ measure: Measure, _ value: Double) -> Void

    /// - Parameter target: Without one, the level of the stage.
    package init(
        network: Network, parameters: [String: Tensor], masks: Masks? = nil, dense: Network? = nil, pruning: Pruning,
        target: Level? = nil, seed: Int, round: Int = 1, examples: TrainingExamples,
        record: @escaping (Measure, Double) -> Void = { _, _ in }
    ) throws {
        self.network = network
        self.parameters = parameters
        self.masks = try masks ?? Masks(wholeOf: network)
        self.dense = dense ?? network
        self.pruning = pruning
        self.target = target ?? pruning.level
        self.seed = seed
        self.round = round
        self.examples = examples
        self.record = record
    }

    /// A parameter by name.
    package func parameter(_ name: String) throws -> Tensor {
        guard let parameter = parameters[name] else {
            throw PruningError("network \(network.name) has no parameter \(name)")
        }
        return parameter
    }

    /// A knob of the method.
    package func knob(_ name: String) throws -> Double {
        guard let knob = pruning.knobs[name] else {
            throw PruningError("the stage lacks the knob '\(name)' of its method; plan the sweep again")
        }
        return knob
    }

    /// The prunable parameters that the sweep file's `layers` lets a method touch, in the order of the graph.
    package var eligible: [ParameterDescription] { network.eligible(pruning.layers) }

    /// The channel groups all of whose producers may be pruned, in the order of the graph.
    package var eligibleGroups: [ChannelGroup] {
        let names = Set(eligible.map(\.name))
        return network.channelGroups.filter { group in
            group.producers.allSatisfy { names.contains(network.nodes[$0].weightName) }
        }
    }

    /// Pruned share of the dense network's prunable weights, 0...1, if this were what is left of it; outputs that a method
    /// has added do not count.
    package func sparsity(of network: Network, _ masks: Masks?) throws -> Double {
        let left = try masks?.prunableNonzero() ?? network.prunableCount(outputs: dense.outputShape[0])
        return 1 - Double(left) / Double(max(dense.prunableCount, 1))
    }
}

/// Images of the training split, without augmentation; validation and test images are never among them.
package struct TrainingExamples {
    /// The first `count` in the order of (seed, round, epoch 0), all of them if there are fewer: inputs
    /// [count, channels, height, width] and int64 labels [count].
    package let first: (_ count: Int) throws -> (inputs: Tensor, labels: Tensor)
    /// The first `count` of each class in that order.
    package let ofEachClass: (_ count: Int) throws -> (inputs: Tensor, labels: Tensor)

    package init(
        first: @escaping (Int) throws -> (inputs: Tensor, labels: Tensor),
        ofEachClass: @escaping (Int) throws -> (inputs: Tensor, labels: Tensor)
    ) {
        self.first = first
        self.ofEachClass = ofEachClass
    }
}

extension Network {
    /// The prunable parameters of the layers a sweep file selects, in the order of the graph.
    package func eligible(_ selection: LayerSelection) -> [ParameterDescription] {
        let layers = nodes.filter { $0.weightShape != nil }
        let kinds = layers.map { (name: $0.name, kind: $0.weightShape?.count == 4 ? "convolution" : "linear") }
        let names = Set(selection.selected(among: kinds).map { $0 + ".weight" })
        return prunable.filter { names.contains($0.name) }
    }
}

/// A method that cannot be carried out: one sentence with the remedy.
package struct PruningError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// A level that a method cannot meet on this network: a result, not a failure. One sentence.
package struct InfeasibleLevel: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
