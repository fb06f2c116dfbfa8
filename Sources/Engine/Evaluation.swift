internal import Datasets
internal import Networks
internal import Torch

/// How well a model does on some examples.
struct Evaluation {
    /// Mean cross entropy; 0 over no examples.
    let loss: Double
    /// Share of examples whose largest logit is their label's, 0...1; 0 over no examples.
    let accuracy: Double
    /// Share of examples whose label is among the five largest logits, 0...1; 1 with five classes or fewer.
    let top5Accuracy: Double

    /// Examples at a time; the sums, and so the last bits, depend on it.
    private static let batch = 1000

    /// - Parameter values: What the network computes with, if not the model's parameters.
    init(
        of model: Model, on examples: Examples, at positions: [Int64], values: [String: Tensor]? = nil
    ) throws {
        guard !positions.isEmpty else {
            (loss, accuracy, top5Accuracy) = (0, 0, 0)
            return
        }
        let classes = model.dense.outputShape[0]
        let order = try Tensor(positions)
        var lossSum = 0.0
        var correct = 0
        var amongFive = 0
        for start in stride(from: 0, to: positions.count, by: Self.batch) {
            let count = min(Self.batch, positions.count - start)
            let (inputs, labels) = try examples.batch(order.narrow(dimension: 0, start: start, length: count))
            try withNoGrad {
                var logits = try model.network.forward(inputs, values ?? model.parameters)
                // Outputs that a method has added are not classes.
                if logits.shape[1] > classes { logits = try logits.narrow(dimension: 1, start: 0, length: classes) }
                lossSum += try logits.crossEntropy(labels: labels).item() * Double(count)
                correct += try logits.argmax(dimension: 1).equal(labels).countNonzero().itemInt()
                let best = try logits.topk(min(5, classes), dimension: 1).indices
                amongFive += try best.equal(labels.reshape([count, 1])).countNonzero().itemInt()
            }
        }
        loss = lossSum / Double(positions.count)
        accuracy = Double(correct) / Double(positions.count)
        top5Accuracy = Double(amongFive) / Double(positions.count)
    }
}
