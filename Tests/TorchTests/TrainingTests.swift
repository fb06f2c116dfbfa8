import Testing

@testable import Torch

/// A small convolutional network, trained through everything at once.
@Suite struct TrainingTests {
    struct Model {
        let parameters: [NamedTensor]
        let images: Tensor
        let labels: Tensor

        init(dtype: DType = .float32) throws {
            let generator = try Generator(seed: 9)
            let shapes = [
                ("conv.weight", [6, 1, 3, 3]), ("conv.bias", [6]), ("fc.weight", [4, 54]), ("fc.bias", [4]),
            ]
            parameters = try shapes.map { name, shape in
                NamedTensor(name: name, tensor: try generator.normal(shape, deviation: 0.2).to(dtype).requireGrad())
            }
            images = try generator.normal([16, 1, 8, 8]).to(dtype)
            labels = try Tensor((0..<16).map { $0 % 4 })
        }

        func loss() throws -> Tensor {
            let hidden = try images.conv2d(weight: parameters[0].tensor, bias: parameters[1].tensor)
                .maxPool2d(kernel: 2).relu().flatten(from: 1)
            return try hidden.linear(weight: parameters[2].tensor, bias: parameters[3].tensor)
                .crossEntropy(labels: labels)
        }

        /// The loss of every step, and the parameters' bytes after the last.
        func train(steps: Int, _ optimizer: any Optimizer) throws -> (losses: [Double], bytes: [[UInt8]]) {
            var losses: [Double] = []
            for _ in 0..<steps {
                try optimizer.zeroGrad()
                let loss = try loss()
                try loss.backward()
                try optimizer.step(learningRate: 0.05)
                losses.append(try loss.item())
            }
            return (losses, try parameters.map { try $0.tensor.rawBytes() })
        }
    }

    @Test func trainingIsReproducibleToTheBit() throws {
        let (first, second) = (try Model(), try Model())
        let a = try first.train(steps: 20, try SGD(first.parameters, momentum: 0.9, weightDecay: 1e-4))
        let b = try second.train(steps: 20, try SGD(second.parameters, momentum: 0.9, weightDecay: 1e-4))
        #expect(a.losses == b.losses)
        #expect(a.bytes == b.bytes)
        #expect(try #require(a.losses.last) < #require(a.losses.first) / 2)
    }

    /// Float64 runs through libtorch's own kernels alone.
    @Test func singlePrecisionFollowsDoublePrecision() throws {
        let (single, double) = (try Model(), try Model(dtype: .float64))
        let a = try single.train(steps: 5, try SGD(single.parameters, momentum: 0.9))
        let b = try double.train(steps: 5, try SGD(double.parameters, momentum: 0.9))
        try expectClose(a.losses, b.losses, tolerance: 1e-5)
    }

    /// The counter is the process's, and other tests run beside this one: a leak of one handle per step would show as
    /// thousands, their tensors do not.
    @Test func noHandleLeaks() throws {
        let model = try Model()
        let optimizer = try SGD(model.parameters, momentum: 0.9)
        let before = liveHandles
        for _ in 0..<400 {
            _ = try model.train(steps: 1, optimizer)
            _ = try gradients(of: try model.loss(), withRespectTo: model.parameters.map(\.tensor))
            _ = try model.images.sort()
            _ = try Generator(seed: 1).permutation(4)
            #expect(throws: TorchError.self) { try model.images + model.labels }
        }
        #expect(liveHandles < before + 350)
    }
}
