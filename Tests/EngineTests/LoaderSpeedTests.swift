import Datasets
import Networks
import Sweep
import Testing
import Torch

@testable import Engine

/// No loader slower than the step it feeds.
@Suite struct LoaderSpeedTests {
    /// The middle times of an augmented batch and of the training step on it, of one run, taken in turn.
    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            ("lenet-300-100", [1, 28, 28], Augmentation.crop), ("resnet-20", [3, 32, 32], .cropFlip),
            ("resnet-20", [3, 32, 32], .resizedCropFlip),
        ])
    func aBatchTakesLessThanItsStep(name: String, shape: [Int], augmentation: Augmentation) throws {
        try setThreads(1)
        let batch = 128
        let network = try Network.named(name, inputShape: shape, classes: 10)
        let examples = try Examples.synthetic(count: 4 * batch, shape: shape, classes: 10)
        let training = Training(
            optimizer: .sgd, learningRate: 0.01, momentum: 0.9, weightDecay: 1e-4, batchSize: batch, epochs: 1,
            schedule: .constant, warmUp: 0)
        let train = try TrainingStep(
            Model(network: network, parameters: network.initialParameters(seed: 0)), training)
        let clock = ContinuousClock()
        var loads: [Duration] = []
        var steps: [Duration] = []
        for step in 0..<12 {
            let positions = try Tensor.range(4 * batch).narrow(dimension: 0, start: step % 4 * batch, length: batch)
            let draws = AugmentationDraws(augmentation, seed: 0, round: 0, epoch: step)
            let start = clock.now
            let (inputs, labels) = try examples.batch(positions, augmenting: draws)
            loads.append(start.duration(to: clock.now))
            let middle = clock.now
            _ = try train(inputs: inputs, labels: labels, learningRate: 0.01)
            steps.append(middle.duration(to: clock.now))
        }
        func median(_ times: [Duration]) -> Duration { times.sorted()[times.count / 2] }
        #expect(median(loads) < median(steps))
    }
}
