internal import Datasets
internal import Networks
package import Sweep
internal import Torch

/// Test inputs, the logits a checkpoint gives for them, and their labels, for comparison with another implementation.
package enum LogitsExport {
    /// Writes "inputs" [count, channels, height, width], "logits" [count, classes] and "labels" [count] as safetensors.
    ///
    /// Takes the first `count` test images.
    package static func write(
        network name: String, dataset: DatasetReference, dataDirectory: String, checkpoint: String, count: Int,
        to path: String
    ) throws {
        do {
            let dataset = try Dataset(dataset, dataDirectory: dataDirectory)
            let network = try Network.named(
                name, inputShape: dataset.imageShape, classes: dataset.classes)
            let model = try Checkpoint.read(network, from: checkpoint).model
            let (inputs, labels) = try dataset.test.batch(Tensor.range(min(count, dataset.test.count)))
            try write(model, inputs: inputs, labels: labels, to: path)
        } catch {
            throw EngineError(error)
        }
    }

    static func write(_ model: Model, inputs: Tensor, labels: Tensor, to path: String) throws {
        let logits = try withNoGrad { try model.network.forward(inputs, model.parameters) }
        try Checkpoint.save(SafeTensors(tensors: ["inputs": inputs, "logits": logits, "labels": labels]), to: path)
    }
}
