internal import Datasets
internal import Networks
internal import Sweep
internal import Torch

/// How long training steps take, on data made up for the purpose.
package struct Bench: Codable {
    package let network: String
    package let batch: Int
    package let threads: Int
    package let steps: Int
    /// Of one step: the middle one of all.
    package let medianSeconds: Double
    package let parameters: Int
    /// Of one example, forward.
    package let macs: Int

    /// Times the step of ``StageRunner`` (batch from the stored bytes, forward, backward, update) on 28x28 images.
    package init(network name: String, batch: Int, threads: Int, steps: Int) throws {
        try setThreads(threads)
        let network = try Network.named(name, inputShape: [1, 28, 28], classes: 10)
        let examples = try Examples.synthetic(count: 4 * batch, shape: network.inputShape, classes: 10)
        let training = Training(
            optimizer: .sgd, learningRate: 0.01, momentum: 0.9, weightDecay: 1e-4, batchSize: batch, epochs: 1,
            schedule: .constant, warmUp: 0)
        let train = try TrainingStep(
            Model(network: network, parameters: network.initialParameters(seed: 0)), training)
        var stream = RandomStream(seed: 0, purpose: "order")
        let order = try Tensor(stream.permutation(examples.count))
        let clock = ContinuousClock()
        var times: [Double] = []
        for step in 0..<steps + 5 {
            let start = clock.now
            let (inputs, labels) = try examples.batch(
                order.narrow(dimension: 0, start: step % 4 * batch, length: batch))
            _ = try train(inputs: inputs, labels: labels, learningRate: 0.01)
            // The first steps warm caches and pools up.
            if step >= 5 { times.append(start.duration(to: clock.now) / .seconds(1)) }
        }
        self.network = name
        self.batch = batch
        self.threads = threads
        self.steps = steps
        medianSeconds = times.sorted()[steps / 2]
        parameters = network.parameterCount
        macs = network.macs
    }
}
