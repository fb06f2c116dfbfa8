import Testing

@testable import Torch

@Suite struct AutogradTests {
    @Test func backwardAccumulatesUntilCleared() throws {
        let x = try Tensor([2, 3] as [Double]).requireGrad()
        #expect(try x.grad == nil)
        try x.square().sum().backward()
        #expect(try x.grad?.toDoubles() == [4, 6])
        try x.square().sum().backward()
        #expect(try x.grad?.toDoubles() == [8, 12])
        try x.zeroGrad()
        #expect(try x.grad == nil)
    }

    @Test func recordingStopsAndResumes() throws {
        let x = try Tensor([2] as [Double]).requireGrad()
        let silent = try withNoGrad { () throws(TorchError) in try x.square() }
        #expect(!silent.requiresGrad)
        #expect(try x.square().requiresGrad)
        #expect(try !x.detach().square().requiresGrad)
        let loud = try withNoGrad { try (withGrad { try x.square() }, x.square()) }
        #expect(loud.0.requiresGrad && !loud.1.requiresGrad)
        struct Stop: Error {}
        #expect(throws: Stop.self) { try withNoGrad { throw Stop() } }
        #expect(try x.square().requiresGrad)
    }

    @Test func gradientsLeaveGradAlone() throws {
        let x = try Tensor([2, 3] as [Double]).requireGrad()
        let unused = try Tensor([1] as [Double]).requireGrad()
        let found = try gradients(of: try (x * x * x).sum(), withRespectTo: [x, unused])
        #expect(try found[0].toDoubles() == [12, 27])
        #expect(try found[1].toDoubles() == [0])
        #expect(try x.grad == nil)
    }

    @Test func gradientsOfGradients() throws {
        let x = try Tensor([2, 3] as [Double]).requireGrad()
        let first = try gradients(of: try (x * x * x).sum(), withRespectTo: [x], createGraph: true)[0]
        let second = try gradients(of: try first.sum(), withRespectTo: [x])[0]
        #expect(try second.toDoubles() == [12, 18])
    }

    struct Differentiable: Sendable, CustomTestStringConvertible {
        var name: String
        var shapes: [[Int]]
        var function: @Sendable ([Tensor]) throws -> Tensor
        var testDescription: String { name }
    }

    static let functions: [Differentiable] = [
        .init(name: "arithmetic", shapes: [[2, 3], [3]]) { try ($0[0] * $0[1] - $0[0] / ($0[1].square() + 1)).sum() },
        .init(name: "functions", shapes: [[5]]) { try ($0[0].exp() + ($0[0].square() + 1).log().sqrt()).sum() },
        .init(name: "sigmoid, tanh", shapes: [[5]]) { try ($0[0].sigmoid() * $0[0].tanh()).sum() },
        .init(name: "norm", shapes: [[2, 3]]) { try $0[0].norm([1]).sum() },
        .init(name: "matmul", shapes: [[2, 3], [3, 4]]) { try $0[0].matmul($0[1]).square().sum() },
        .init(name: "linear", shapes: [[4, 3], [2, 3], [2]]) {
            try $0[0].linear(weight: $0[1], bias: $0[2]).square().sum()
        },
        .init(name: "conv2d", shapes: [[2, 2, 5, 5], [3, 2, 3, 3], [3]]) {
            try $0[0].conv2d(weight: $0[1], bias: $0[2], stride: 2, padding: 1).square().sum()
        },
        .init(name: "grouped conv2d", shapes: [[2, 4, 4, 4], [4, 1, 3, 3]]) {
            try $0[0].conv2d(weight: $0[1], bias: nil, groups: 4).square().sum()
        },
        .init(name: "conv2d of one channel", shapes: [[2, 1, 5, 5], [3, 1, 3, 3], [3]]) {
            try $0[0].conv2d(weight: $0[1], bias: $0[2]).square().sum()
        },
        .init(name: "maxPool2d", shapes: [[2, 2, 4, 4]]) {
            try $0[0].maxPool2d(kernel: 2).square().sum()
        },
        .init(name: "batchNorm", shapes: [[3, 2, 2, 2], [2], [2]]) {
            let mean = try Tensor.zeros([2], dtype: .float64)
            let variance = try Tensor.ones([2], dtype: .float64)
            let normal = try $0[0].batchNorm(
                weight: $0[1], bias: $0[2], runningMean: mean, runningVariance: variance, training: true)
            return try (normal * normal * normal).sum()
        },
        .init(name: "crossEntropy", shapes: [[3, 4]]) {
            try $0[0].crossEntropy(labels: try Tensor([1, 0, 3] as [Int]))
        },
        .init(name: "meanSquaredError", shapes: [[2, 3], [2, 3]]) { try $0[0].meanSquaredError($0[1]) },
        .init(name: "unfold", shapes: [[1, 2, 4, 5]]) {
            try $0[0].unfold(kernel: 2, stride: 2, padding: 1).square().sum()
        },
        .init(name: "soft threshold", shapes: [[7], [1]]) {
            try ($0[0].sign() * ($0[0].abs() - $0[1].sigmoid()).relu()).square().sum()
        },
        .init(name: "conversion", shapes: [[5]]) { try $0[0].to(.float64).square().sum() },
        .init(name: "gradient of a network", shapes: [[3, 2, 5, 5], [4, 2, 3, 3], [4], [4], [3, 16], [3]]) {
            // Along a direction of ones: the derivative of this is a product with the Hessian.
            let inputs = try $0.map { $0.requiresGrad ? $0 : try $0.clone().requireGrad() }
            let first = try gradients(of: try smallNetworkLoss(inputs), withRespectTo: inputs, createGraph: true)
            return try first.dropFirst().reduce(try first[0].sum()) { try $0 + $1.sum() }
        },
        .init(name: "shapes", shapes: [[2, 3], [2, 3]]) {
            let joined = try Tensor.cat([$0[0], $0[1].square()]).permute([1, 0]).contiguous()
            return try joined.narrow(dimension: 0, start: 1, length: 2).indexSelect(try Tensor([1, 1] as [Int]))
                .square()
                .sum()
        },
        .init(name: "choice", shapes: [[6], [6]]) {
            try ($0[0].maximum($0[1]) + Tensor.choose($0[0].less(0), $0[0].square(), $0[1])).square().sum()
        },
    ]

    /// Convolution, batch normalisation, ReLU, pooling, linear layer, loss; five parameters behind the images.
    static func smallNetworkLoss(_ inputs: [Tensor]) throws -> Tensor {
        let dtype = try inputs[0].dtype
        let hidden = try inputs[0].conv2d(weight: inputs[1], bias: nil, padding: 1)
            .batchNorm(
                weight: inputs[2], bias: inputs[3], runningMean: try Tensor.zeros([4], dtype: dtype),
                runningVariance: try Tensor.ones([4], dtype: dtype), training: true)
        return try hidden.relu().maxPool2d(kernel: 2).flatten(from: 1).linear(weight: inputs[4], bias: inputs[5])
            .crossEntropy(labels: try Tensor([1, 0, 2] as [Int]))
    }

    /// Central differences in float64 have an error of about 1e-9 here.
    @Test(arguments: functions)
    func gradientsMatchDifferences(_ function: Differentiable) throws {
        let inputs = try function.shapes.enumerated().map { index, shape in
            try ramp(shape, offset: -1.1 + Double(index) * 0.3).requireGrad()
        }
        let found = try gradients(of: try function.function(inputs), withRespectTo: inputs)
        let step = 1e-5
        for (input, gradient) in zip(inputs, found) {
            var differences: [Double] = []
            let original = try input.toDoubles()
            for index in original.indices {
                var values: [Double] = []
                for delta in [step, -step] {
                    var moved = original
                    moved[index] += delta
                    let trial = try Tensor(moved, shape: input.shape)
                    let arguments = inputs.map { $0 === input ? trial : $0 }
                    values.append(try function.function(arguments).item())
                }
                differences.append((values[0] - values[1]) / (2 * step))
            }
            #expect(gradient.shape == input.shape)
            try expectClose(try gradient.toDoubles(), differences, tolerance: 1e-6)
        }
    }

    /// The kernels of our own are single precision: their gradients, and the gradients of those, against float64.
    @Test(arguments: [
        "linear", "pool", "pool with overlap", "pool that drops an edge", "network", "batchNorm", "batchNorm and ReLU",
    ])
    func ownKernelsAgreeWithFloat64ToSecondOrder(name: String) throws {
        func secondOrder(_ dtype: DType) throws -> [Tensor] {
            let shapes =
                switch name {
                case "linear": [[4, 6], [5, 6], [5]]
                case "batchNorm", "batchNorm and ReLU": [[5, 3, 4, 3], [3], [3]]
                case "network": [[3, 2, 5, 5], [4, 2, 3, 3], [4], [4], [3, 16], [3]]
                default: [[2, 3, 7, 6]]
                }
            let inputs = try shapes.map { try ramp($0, scale: 0.2, offset: -0.9).to(dtype).requireGrad() }
            let output =
                switch name {
                case "linear": try inputs[0].linear(weight: inputs[1], bias: inputs[2])
                case "network": try Self.smallNetworkLoss(inputs)
                case "batchNorm", "batchNorm and ReLU":
                    try inputs[0].batchNorm(
                        weight: inputs[1], bias: inputs[2], runningMean: try Tensor.zeros([3], dtype: dtype),
                        runningVariance: try Tensor.ones([3], dtype: dtype), training: true,
                        relu: name == "batchNorm and ReLU")
                case "pool": try inputs[0].narrow(dimension: 2, start: 0, length: 6).maxPool2d(kernel: 2)
                case "pool with overlap": try inputs[0].maxPool2d(kernel: 3, stride: 1)
                default: try inputs[0].maxPool2d(kernel: 2)
                }
            let loss = try (output * output * output).sum()
            let first = try gradients(of: loss, withRespectTo: inputs, createGraph: true)
            var penalty = try first[0].square().sum()
            for gradient in first.dropFirst() { penalty = try penalty + gradient.square().sum() }
            return try [output] + first + gradients(of: penalty, withRespectTo: inputs)
        }
        for (single, double) in zip(try secondOrder(.float32), try secondOrder(.float64)) {
            try expectClose(single, double, tolerance: 2e-4)
        }
    }
}
