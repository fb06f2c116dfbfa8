internal import Datasets
internal import Networks
internal import Pruning
package import Sweep
internal import Torch

/// What a method would cut from a network, layer by layer, and the scores it goes by.
package struct ScoreReport: Codable, Sendable {
    /// A prunable layer, or a group of channels that go together.
    package struct Part: Codable, Sendable {
        /// "conv1.weight", or the channels' first layer.
        package let name: String
        /// Weights, or channels.
        package let total: Int
        package let kept: Int
        /// Smallest, middle and largest score; nil for a method without scores.
        package let lowest: Double?
        package let median: Double?
        package let highest: Double?
        /// The largest score of what goes and the smallest of what stays; nil where nothing goes, or nothing stays.
        package let highestCut: Double?
        package let lowestKept: Double?
    }

    package let method: String
    package let network: String
    /// "weights" or "channels".
    package let unit: String
    package let requested: Double
    /// Pruned share of the dense network's prunable weights.
    package let achieved: Double
    /// On up to 5,000 training images, before and after the cut, without retraining.
    package let lossBefore: Double
    package let lossAfter: Double
    package let parts: [Part]
    /// Numbers of the method's own, by the names of ``Measure``.
    package let measures: [String: Double]

    /// What to score, and by what.
    package struct Request: Sendable {
        package var pruning: Sweep.Pruning
        package var network: String
        package var dataset: DatasetReference
        package var dataDirectory: String
        /// Nil: the untrained network of the seed.
        package var checkpoint: String?
        package var seed: Int

        package init(
            pruning: Sweep.Pruning, network: String, dataset: DatasetReference, dataDirectory: String,
            checkpoint: String?, seed: Int
        ) {
            self.pruning = pruning
            self.network = network
            self.dataset = dataset
            self.dataDirectory = dataDirectory
            self.checkpoint = checkpoint
            self.seed = seed
        }
    }

    /// Scores a network and cuts it, without training, and writes "<name>.score" and "<parameter>.mask" (uint8, 1: stays)
    /// as safetensors.
    package init(_ request: Request, writingTo path: String) throws {
        do {
            let dataset = try Dataset(request.dataset, dataDirectory: request.dataDirectory)
            let split = try Split(
                count: dataset.training.count, share: request.dataset.validation, seed: request.seed)
            let network = try Network.named(
                request.network, inputShape: dataset.imageShape, classes: dataset.classes)
            let model =
                try request.checkpoint.map { try Checkpoint.read(network, from: $0).model }
                ?? Model(network: network, parameters: network.initialParameters(seed: request.seed))
            let examples = Array(split.training.prefix(5000))
            let before = try Evaluation(of: model, on: dataset.training, at: examples)
            var recorded: [String: Double] = [:]
            let context = try PruningContext(
                network: model.network, parameters: model.parameters, masks: model.masks, dense: model.dense,
                pruning: request.pruning, seed: request.seed, examples: TrainingExamples(of: dataset, split, round: 1)
            ) { recorded[$0.rawValue] = $1 }
            let scoring = try withNoGrad { try Scoring(context) }
            try Checkpoint.save(SafeTensors(tensors: scoring.tensors), to: path)
            try model.replace(by: scoring.rewriting)
            let after = try Evaluation(of: model, on: dataset.training, at: examples)
            method = request.pruning.method
            self.network = request.network
            unit = scoring.unit
            requested = request.pruning.level.sparsity ?? .nan
            achieved = try model.sparsity
            lossBefore = before.loss
            lossAfter = after.loss
            parts = try scoring.parts
            measures = recorded
        } catch {
            throw EngineError(error)
        }
    }
}

/// The scores of one network and what they lead to.
private struct Scoring {
    let rewriting: Rewriting
    let unit: String
    /// By parameter, or by channel group.
    let scores: [(name: String, values: Tensor)]
    /// What stays, beside each of the scores.
    let kept: [Tensor]
    let tensors: [String: Tensor]

    init(_ context: PruningContext) throws {
        let method = try Methods.method(of: context.pruning)
        if MethodCatalogue[context.pruning.method]?.course != .pruneAndRetrain {
            throw EngineError(
                .invalidStage,
                "\(context.pruning.method) decides while the network trains and has no scores to show; run it in a sweep"
            )
        }
        rewriting = try method.prune(context)
        var tensors: [String: Tensor] = [:]
        if let scorer = method.scorer {
            let found = try scorer.scores(in: context)
            let masks = try rewriting.masks ?? Masks(wholeOf: context.network)
            unit = scorer.scope == .neuron ? "connections" : "weights"
            scores = context.network.prunable.compactMap { parameter in
                found[parameter.name].map { (parameter.name, $0) }
            }
            kept = try scores.map { name, values in
                let mask = try masks.tensors[name] ?? Tensor.ones(values.shape, dtype: .bool)
                return mask.rank > values.rank ? try mask.any([2, 3]) : mask
            }
            for (name, mask) in masks.tensors { tensors["\(name).mask"] = try mask.to(.uint8) }
        } else if let scorer = method.groupScorer {
            let groups = context.eligibleGroups
            let found = try scorer.scores(of: groups, in: context)
            let kept = rewriting.kept ?? [:]
            unit = "channels"
            scores = groups.compactMap { group in found[group.name].map { (group.name, $0) } }
            self.kept = try groups.map { group in
                let stays = Set(kept[group.name] ?? Array(0..<group.channels))
                return try Tensor((0..<group.channels).map { stays.contains($0) })
            }
            for (name, mask) in try context.network.masks(keeping: kept) {
                tensors["\(name).mask"] = try mask.to(.uint8)
            }
        } else {
            throw EngineError(
                .invalidStage,
                "\(context.pruning.method) rewrites the network and has no scores to show; run it in a sweep")
        }
        for (name, values) in scores { tensors["\(name).score"] = try values.contiguous() }
        self.tensors = tensors
    }

    var parts: [ScoreReport.Part] {
        get throws {
            try zip(scores, kept).map { entry, kept in
                let values = try entry.values.to(.float64).flatten()
                let stays = try kept.flatten()
                let count = values.count
                let left = try stays.countNonzero().itemInt()
                let gone = try values.maskedFill(stays, -.infinity)
                let staying = try values.maskedFill(stays.not(), .infinity)
                return ScoreReport.Part(
                    name: entry.name, total: count, kept: left, lowest: try values.amin().item(),
                    median: try values.kthValue((count + 1) / 2), highest: try values.amax().item(),
                    highestCut: left < count ? try gone.amax().item() : nil,
                    lowestKept: left > 0 ? try staying.amin().item() : nil)
            }
        }
    }
}
