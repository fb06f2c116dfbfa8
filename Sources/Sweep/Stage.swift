internal import Foundation

/// A unit of work leased to one worker: train a dense network, or prune and retrain one level.
///
/// The value holds everything that decides the result's bits and nothing else: no paths, no worker, no time. Its
/// canonical JSON is what the coordinator stores, the lease carries, the engine reads and the key hashes.
package struct Stage: Codable, Hashable, Sendable {
    /// What the engine does.
    package enum Kind: String, Codable, Sendable {
        /// Trains the dense network of a seed.
        case train
        /// Prunes the parent's network, or an untrained one, to one level and trains it.
        case prune
    }

    /// Raised when the arithmetic of training or of all methods changes, so that old results are not taken for new ones; what
    /// concerns one method raises its ``MethodCatalogue/Entry/revision``.
    package static let currentGeneration = 2

    package var generation: Int
    package var kind: Kind
    /// A name of ``NetworkCatalogue``.
    package var network: String
    package var dataset: DatasetReference
    /// Decides initialisation, validation split, data order and every random choice of a method.
    package var seed: Int
    /// Threads of one engine process. Floating-point sums depend on it, so it is part of the work.
    package var threads: Int
    /// An engine of the user's own, whose results are not `espalier-engine`'s; `nil` for that one.
    package var engine: OwnEngine?
    /// How the dense network is trained; a prune stage's retraining derives from it.
    package var training: Training
    /// Present in a prune stage.
    package var pruning: Pruning?
    /// The stage whose checkpoint a prune stage starts from: the dense network's, or that of the level before in a cascade;
    /// empty for a train stage and for pruning at initialisation.
    package var parents: [StageKey]

    package init(
        generation: Int = Stage.currentGeneration, kind: Kind, network: String, dataset: DatasetReference, seed: Int,
        threads: Int, engine: OwnEngine? = nil, training: Training, pruning: Pruning? = nil, parents: [StageKey] = []
    ) {
        self.generation = generation
        self.kind = kind
        self.network = network
        self.dataset = dataset
        self.seed = seed
        self.threads = threads
        self.engine = engine
        self.training = training
        self.pruning = pruning
        self.parents = parents
    }

    /// JSON with sorted keys and no spaces: equal stages have equal bytes.
    package var canonicalJSON: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    package var key: StageKey {
        get throws { StageKey(hashing: try canonicalJSON) }
    }

    /// Reads a description that came in a lease.
    package init(canonicalJSON: String) throws {
        self = try JSONDecoder().decode(Stage.self, from: Data(canonicalJSON.utf8))
    }
}

/// How a network is trained.
package struct Training: Codable, Hashable, Sendable {
    /// The rule that turns gradients into updates.
    package enum Optimizer: String, Codable, Sendable, CaseIterable {
        case sgd
        case adam
    }

    /// The learning rate over the epochs, after warm-up.
    package enum Schedule: Codable, Hashable, Sendable {
        case constant
        /// Multiplied by `factor` at the start of each listed epoch (counted from 0).
        case step(epochs: [Int], factor: Double)
        /// Half a cosine from the learning rate to zero over all epochs.
        case cosine
    }

    package var optimizer: Optimizer
    package var learningRate: Double
    /// SGD only.
    package var momentum: Double
    package var weightDecay: Double
    package var batchSize: Int
    package var epochs: Int
    package var schedule: Schedule
    /// Epochs over which the learning rate rises linearly from zero; may be a fraction.
    package var warmUp: Double

    package init(
        optimizer: Optimizer, learningRate: Double, momentum: Double, weightDecay: Double, batchSize: Int, epochs: Int,
        schedule: Schedule, warmUp: Double
    ) {
        self.optimizer = optimizer
        self.learningRate = learningRate
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.batchSize = batchSize
        self.epochs = epochs
        self.schedule = schedule
        self.warmUp = warmUp
    }
}
