internal import Networks
internal import Torch

/// The mean cross entropy over some training images as a function of the prunable weights, to be differentiated.
///
/// Batch normalisations go by their running moments. Images pass in parts, so that memory does not grow with their number.
struct TrainingLoss {
    private let network: Network
    /// Every value of the network by name; the weights are leaves.
    private let values: [String: Tensor]
    private let weights: [Tensor]
    private let parts: [(inputs: Tensor, labels: Tensor, share: Double)]
    private let temperature: Double
    private static let partSize = 250

    /// - Parameter temperature: The logits are divided by it.
    init(
        _ context: PruningContext, over examples: (inputs: Tensor, labels: Tensor), temperature: Double = 1
    ) throws {
        network = context.network
        self.temperature = temperature
        let values = try context.parameters.mapValues { try $0.detach().clone() }
        weights = try network.prunable.compactMap { try values[$0.name]?.requireGrad() }
        self.values = values
        let count = examples.labels.count
        parts = try stride(from: 0, to: count, by: Self.partSize).map { start in
            let length = min(Self.partSize, count - start)
            return (
                try examples.inputs.narrow(dimension: 0, start: start, length: length),
                try examples.labels.narrow(dimension: 0, start: start, length: length), Double(length) / Double(count)
            )
        }
    }

    /// The derivative by each prunable weight, in the order of the graph.
    func gradient() throws -> [Tensor] {
        try sum { try gradients(of: $0, withRespectTo: weights) }
    }

    /// The second derivatives times a direction, for each prunable weight, in the order of the graph.
    func hessian(times direction: [Tensor]) throws -> [Tensor] {
        try sum { loss in
            let gradient = try gradients(of: loss, withRespectTo: weights, createGraph: true)
            let products = try zip(gradient, direction).map { try ($0 * $1).sum() }
            return try gradients(of: Tensor.stack(products).sum(), withRespectTo: weights)
        }
    }

    private func sum(_ derivative: (Tensor) throws -> [Tensor]) throws -> [Tensor] {
        var sums = try weights.map { try Tensor.zeros($0.shape) }
        for part in parts {
            let terms = try withGrad {
                let logits = try network.forward(part.inputs, values) / temperature
                return try derivative(logits.crossEntropy(labels: part.labels))
            }
            sums = try zip(sums, terms).map { try $0 + $1.detach() * part.share }
        }
        return sums
    }
}
