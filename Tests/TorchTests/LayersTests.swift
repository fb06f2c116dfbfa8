import Testing

@testable import Torch

/// Expected numbers are PyTorch 2.13's in float64 on the same inputs.
@Suite struct LayersTests {
    let image: Tensor
    let weight: Tensor
    let bias: Tensor

    init() throws {
        image = try ramp([1, 2, 4, 4])
        weight = try ramp([2, 2, 3, 3], scale: 0.2, offset: -0.9)
        bias = try ramp([2], scale: 0.1)
    }

    @Test(arguments: [DType.float64, .float32])
    func convolution(dtype: DType) throws {
        let (x, w, b) = (try image.to(dtype), try weight.to(dtype), try bias.to(dtype))
        try expectClose(
            try x.conv2d(weight: w, bias: b).toDoubles(),
            [0.673157098, 2.275603897, 0.297347962, 2.649978246, -0.938905973, -1.585924795, -0.875880342, 1.26398157])
        try expectClose(
            try x.conv2d(weight: w, bias: b, stride: 2, padding: 1).toDoubles(),
            [-3.392111983, 0.212041994, -3.672106309, 2.649978246, 1.136220292, 3.214279499, 1.725648079, 1.26398157])
        let narrow = try w.narrow(dimension: 1, start: 0, length: 1)
        try expectClose(
            try x.conv2d(weight: narrow, bias: nil, groups: 2).toDoubles(),
            [1.181327911, 0.236713326, -1.775662537, 3.189539393, -0.940621394, 3.918196349, 2.469236735, 2.168421451])
        let grey = try x.narrow(dimension: 1, start: 0, length: 1).contiguous()
        let same = try x.narrow(dimension: 1, start: 0, length: 1).conv2d(weight: narrow, bias: b)
        try expectClose(try grey.conv2d(weight: narrow, bias: b), same)
    }

    @Test(arguments: [DType.float64, .float32])
    func pooling(dtype: DType) throws {
        let x = try image.to(dtype)
        try expectClose(
            try x.maxPool2d(kernel: 2).toDoubles(),
            [1.264948454, 2.294845361, 1.684536082, 2.409278351, 2.104123711, 1.493814433, 2.52371134, 1.913402062])
        try expectClose(
            try x.maxPool2d(kernel: 3, stride: 1).toDoubles(),
            [1.989690722, 2.294845361, 2.409278351, 2.409278351, 2.52371134, 2.52371134, 2.52371134, 2.52371134])
    }

    /// Of equal elements the first wins, so the gradient goes there alone; NaN is passed on.
    @Test(arguments: [DType.float64, .float32])
    func poolingOfTiesAndNaN(dtype: DType) throws {
        let ties = try Tensor.ones([1, 3, 2, 2]).to(dtype).requireGrad()
        try ties.maxPool2d(kernel: 2).sum().backward()
        #expect(try ties.grad?.toDoubles() == [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0])
        let broken = try Tensor([1, .nan, 5, 2] as [Double], shape: [1, 1, 2, 2]).to(dtype)
        #expect(try broken.maxPool2d(kernel: 2).item().isNaN)
        let negative = try Tensor([-3, -.infinity, -5, -4] as [Double], shape: [1, 1, 2, 2]).to(dtype)
        #expect(try negative.maxPool2d(kernel: 2).item() == -3)
    }

    @Test func poolingRefusesWhatDoesNotFit() throws {
        for (kernel, stride) in [(5, 1), (0, 1), (2, 0), (17, 1)] {
            #expect(throws: TorchError.self) { try image.maxPool2d(kernel: kernel, stride: stride) }
        }
        #expect(throws: TorchError.self) { try Tensor.zeros([3]).maxPool2d(kernel: 2) }
    }

    /// Channels beyond one vector register, so that the vectorised part and its remainder both run.
    @Test(arguments: [1, 3, 8, 20, 50, 67])
    func poolingOfManyChannels(channels: Int) throws {
        let x = try Generator(seed: 5).normal([3, channels, 6, 8])
        let single = try x.clone().requireGrad()
        let double = try x.to(.float64).requireGrad()
        let pooled = try single.maxPool2d(kernel: 2)
        let expected = try double.maxPool2d(kernel: 2)
        try expectClose(pooled, expected, tolerance: 0)
        try pooled.square().sum().backward()
        try expectClose(
            try #require(try single.grad),
            try #require(try gradients(of: expected.square().sum(), withRespectTo: [double]).first),
            tolerance: 1e-6)
    }

    @Test(arguments: [DType.float64, .float32])
    func linear(dtype: DType) throws {
        let x = try Tensor([1, 2, 3, 4, 5, 6] as [Double], shape: [2, 3]).to(dtype)
        let w = try Tensor([1, 0, -1, 2, 2, 2] as [Double], shape: [2, 3]).to(dtype)
        let b = try Tensor([10, 20] as [Double]).to(dtype)
        #expect(try x.linear(weight: w, bias: b).toDoubles() == [8, 32, 8, 50])
        #expect(try x.linear(weight: w, bias: nil).toDoubles() == [-2, 12, -2, 30])
        #expect(throws: TorchError.self) { try x.linear(weight: try w.transposed(), bias: b) }
    }

    /// Large enough for every kernel oneDNN may choose; strided operands as they come out of views.
    @Test func linearAgreesWithFloat64() throws {
        let generator = try Generator(seed: 3)
        let wide = try generator.normal([64, 200]).narrow(dimension: 1, start: 7, length: 150)
        let tensors = [wide, try generator.normal([70, 150]), try generator.normal([70])]
        func run(_ dtype: DType) throws -> [Tensor] {
            let inputs = try tensors.map { try $0.detach().to(dtype).requireGrad() }
            let output = try inputs[0].linear(weight: inputs[1], bias: inputs[2])
            return try [output] + gradients(of: output.square().mean(), withRespectTo: inputs)
        }
        for (single, double) in zip(try run(.float32), try run(.float64)) {
            try expectClose(single, double, tolerance: 1e-5)
        }
    }

    @Test(arguments: [(3, 1, 0), (3, 2, 1), (2, 2, 0)])
    func aConvolutionIsAProductWithPatches(kernel: Int, stride: Int, padding: Int) throws {
        let x = try ramp([2, 3, 5, 6])
        let weight = try ramp([4, 3, kernel, kernel], scale: 0.2, offset: -0.9)
        let expected = try x.conv2d(weight: weight, bias: nil, stride: stride, padding: padding)
        let patches = try x.unfold(kernel: kernel, stride: stride, padding: padding)
        try expectClose(
            try weight.flatten(from: 1).matmul(patches).reshape(expected.shape), expected, tolerance: 1e-12)
    }

    @Test func losses() throws {
        let logits = try ramp([3, 4])
        let labels = try Tensor([1, 0, 3] as [Int])
        try expectClose([try logits.crossEntropy(labels: labels).item()], [1.409202196])
        let target = try Tensor([1, 2, 4] as [Double])
        try expectClose([try Tensor([0, 4, 1] as [Double]).meanSquaredError(target).item()], [14.0 / 3])
    }

    /// The single-precision kernel against libtorch's in float64, values and first gradients: one channel to many, rows
    /// that fold and rows that do not, a mean far from zero.
    @Test(arguments: [[4, 1, 2, 1], [3, 3, 5, 7], [4, 16, 8, 8], [2, 67, 3, 3], [2, 200, 3, 2]], [false, true])
    func batchNormalisationAgreesWithFloat64(shape: [Int], relu: Bool) throws {
        let generator = try Generator(seed: 3)
        let channels = [shape[1]]
        let tensors = [
            try generator.normal(shape, mean: 20, deviation: 3), try generator.normal(channels),
            try generator.normal(channels),
        ]
        let cotangent = try generator.normal(shape)
        func run(_ dtype: DType) throws -> [Tensor] {
            let inputs = try tensors.map { try $0.clone().to(dtype).requireGrad() }
            let moments = [try Tensor.full(channels, 2, dtype: dtype), try Tensor.full(channels, 3, dtype: dtype)]
            let output = try inputs[0].batchNorm(
                weight: inputs[1], bias: inputs[2], runningMean: moments[0], runningVariance: moments[1],
                training: true, relu: relu)
            let loss = try (output * cotangent.to(dtype)).sum()
            return try [output] + moments + gradients(of: loss, withRespectTo: inputs)
        }
        for (single, double) in zip(try run(.float32), try run(.float64)) {
            try expectClose(single, double, tolerance: 5e-5)
        }
    }

    @Test func batchNormalisationRefusesWhatDoesNotFit() throws {
        for (images, channels) in [([2, 3, 2, 2], 4), ([1, 3, 1, 1], 3)] {
            let vector = try Tensor.ones([channels])
            #expect(throws: TorchError.self) {
                try Tensor.ones(images).batchNorm(
                    weight: vector, bias: vector, runningMean: vector, runningVariance: vector, training: true)
            }
        }
    }

    @Test func batchNormalisation() throws {
        let x = try ramp([2, 2, 2, 2])
        let mean = try Tensor.zeros([2], dtype: .float64)
        let variance = try Tensor.ones([2], dtype: .float64)
        let normal = try x.batchNorm(
            weight: try Tensor([1.5, 0.5]), bias: try Tensor([0.1, -0.2]), runningMean: mean, runningVariance: variance,
            training: true)
        try expectClose(
            try normal.toDoubles(),
            [
                -2.22448687, 0.666066753, -1.164617209, 1.725936415, -0.185825773, -0.903986735, 0.229951625,
                -0.488209336, 2.014991777, 0.184307816, -1.646376146, 1.244177477, -0.3748155, 0.75912286, 0.040961899,
                -0.677199063,
            ])
        try expectClose(try mean.toDoubles(), [0.072168367, 0.053290816])
        try expectClose(try variance.toDoubles(), [1.057929427, 1.014025637])
        let evaluated = try x.batchNorm(
            weight: nil, bias: nil, runningMean: mean, runningVariance: variance, training: false)
        try expectClose(
            try evaluated.narrow(dimension: 0, start: 0, length: 1).toDoubles().prefix(2).map { $0 },
            [-1.139618776, 1.062782741])
        try expectClose(try mean.toDoubles(), [0.072168367, 0.053290816])
    }
}
