internal import Datasets
internal import Networks
internal import Torch

/// How well a model does on some examples.
struct Evaluation {
    /// Mean cross entropy; 0 over no examples.
    let loss: Double
    /// Share of examples whose largest logit is their label's, 0...1; 0 over no examples.
    let accuracy: Double

    /// Examples at a time; the sums, and so the last bits, depend on it.
    private static let batch = 1000

    init(of model: Model, on examples: Examples, at positions: [Int64]) throws {
        guard !positions.isEmpty else {
            (loss, accuracy) = (0, 0)
            return
        }
        let order = try Tensor(positions)
        var lossSum = 0.0
        var correct = 0
        for start in stride(from: 0, to: positions.count, by: Self.batch) {
            let count = min(Self.batch, positions.count - start)
            let (inputs, labels) = try examples.batch(order.narrow(dimension: 0, start: start, length: count))
            try withNoGrad {
                let logits = try model.network.forward(inputs, model.parameters)
                lossSum += try logits.crossEntropy(labels: labels).item() * Double(count)
                correct += try logits.argmax(dimension: 1).equal(labels).countNonzero().itemInt()
            }
        }
        loss = lossSum / Double(positions.count)
        accuracy = Double(correct) / Double(positions.count)
    }
}
