import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite struct NNreliefTests {
    /// a: 3 -> 2, relu, b: 2 -> 2, on the images (1, -2, 0) and (3, 0, 1).
    static func context() throws -> PruningContext {
        let parameters: [String: Tensor] = [
            "a.weight": try Tensor([1, -1, 2, 0.5, 0, 4] as [Float], shape: [2, 3]),
            "a.bias": try Tensor([1, -9] as [Float]),
            "b.weight": try Tensor([2, 1, -1, 3] as [Float], shape: [2, 2]),
            "b.bias": try Tensor([0, 4] as [Float]),
        ]
        let images = try Tensor([1, -2, 0, 3, 0, 1] as [Float], shape: [2, 3])
        return try PruningTests.context(
            tiny(), method: "nnrelief", knobs: ["batch": 2], parameters: parameters,
            images: (images, Tensor([0, 1] as [Int64])))
    }

    /// By hand. Mean |x| = (2, 1, 0.5). Neuron a0: contributions 2, 1, 1, bias 1, sum 5; a1: 1, 0, 2, bias 9, sum 12.
    /// Outputs of a: (1+2+0+1, 0.5-9) and (3+0+2+1, 1.5+4-9), after relu (4, 0) and (6, 0): mean |x| = (5, 0).
    /// b0: contributions 10, 0, bias 0, sum 10; b1: 5, 0, bias 4, sum 9.
    @Test func scoresByHand() throws {
        let scores = try NNrelief().scores(in: Self.context())
        #expect(try #require(scores["a.weight"]).toDoubles() == [0.4, 0.2, 0.2, 1.0 / 12, 0, 2.0 / 12])
        #expect(try #require(scores["b.weight"]).toDoubles() == [1, 0, 5.0 / 9, 0])
    }

    /// Shares before, by hand: a0: weights 0, 0.4, 0.6, bias 0.8 (the last of equals); b1: weight 0, bias 5/9; b0's bias is
    /// zero, and comes after all. Neuron a1 never fires, so nothing reads it: it loses its inputs and its bias, at any alpha.
    @Test(
        arguments: [
            (1.0, [1, 1, 1], 1, 1), (0.75, [1, 1, 1], 0, 1), (0.6, [1, 1, 0], 0, 1), (0.41, [1, 1, 0], 0, 0),
            (0.4, [1, 0, 0], 0, 0), (0.01, [1, 0, 0], 0, 0),
        ] as [(Double, [UInt8], UInt8, UInt8)])
    func keepsTheSmallestPrefix(_ alpha: Double, _ first: [UInt8], _ firstBias: UInt8, _ lastBias: UInt8) throws {
        let context = try Self.context()
        let selection = try NeuronSelection(context, scores: NNrelief().scores(in: context))
        let masks = try selection.masks(alpha: alpha)
        #expect(try bits(masks, "a.weight") == first + [0, 0, 0])
        #expect(try bits(masks, "a.bias") == [firstBias, 0])
        #expect(try bits(masks, "b.weight") == [1, 0, 1, 0])
        #expect(try bits(masks, "b.bias") == [0, lastBias])
    }

    /// A bias that outweighs every connection comes before them: at an alpha it holds alone, all of them go.
    @Test func aHeavyBiasComesFirst() throws {
        var parameters = try Self.context().parameters
        parameters["b.bias"] = try Tensor([0, 95] as [Float])
        let network = try tiny()
        let images = try Tensor([1, -2, 0, 3, 0, 1] as [Float], shape: [2, 3])
        let heavy = try PruningTests.context(
            network, method: "nnrelief", knobs: ["batch": 2], parameters: parameters,
            images: (images, Tensor([0, 1] as [Int64])))
        let masks = try NeuronSelection(heavy, scores: NNrelief().scores(in: heavy)).masks(alpha: 0.95)
        #expect(try bits(masks, "b.weight") == [1, 0, 0, 0])
        #expect(try bits(masks, "b.bias") == [0, 1])
    }

    /// Scores against the formula written out, with convolutions, in double precision.
    @Test func scoresMatchTheFormula() throws {
        var network = Network(name: "small", inputShape: [2, 5, 5])
        try network.append("conv", .convolution(outputs: 3, kernel: 3))
        try network.append("relu", .relu)
        try network.append("flatten", .flatten)
        try network.append("fc", .linear(outputs: 2))
        let generator = try Generator(seed: 5)
        let images = try generator.normal([7, 2, 5, 5])
        let parameters = try network.initialParameters(seed: 5)
        let context = try PruningTests.context(
            network, method: "nnrelief", knobs: ["batch": 7], parameters: parameters,
            images: (images, Tensor.zeros([7], dtype: .int64)))
        let scores = try NNrelief().scores(in: context)
        let x = try images.toDoubles()
        let w = try #require(parameters["conv.weight"]).toDoubles()
        let b = try #require(parameters["conv.bias"]).toDoubles()
        let found = try #require(scores["conv.weight"]).toDoubles()
        for filter in 0..<3 {
            let contributions = (0..<2).map { channel in
                var total = 0.0
                for image in 0..<7 {
                    var squares = 0.0
                    for row in 0..<3 {
                        for column in 0..<3 {
                            var value = 0.0
                            for dy in 0..<3 {
                                for dx in 0..<3 {
                                    value +=
                                        abs(w[((filter * 2 + channel) * 3 + dy) * 3 + dx])
                                        * abs(x[((image * 2 + channel) * 5 + row + dy) * 5 + column + dx])
                                }
                            }
                            squares += value * value
                        }
                    }
                    total += squares.squareRoot()
                }
                return total / 7
            }
            let sum = contributions.reduce(0, +) + abs(b[filter]) * 3
            for channel in 0..<2 {
                #expect(abs(found[filter * 2 + channel] - contributions[channel] / sum) < 1e-5)
            }
        }
    }

    /// Kernels are pruned whole, the kept set grows with alpha, and no kept neuron is without a reader.
    @Test(.timeLimit(.minutes(1))) func keptSetGrowsWithAlpha() throws {
        let network = try Network.named("lenet-5", inputShape: [1, 28, 28], classes: 10)
        let parameters = try network.initialParameters(seed: 2)
        let context = try PruningTests.context(
            network, method: "nnrelief", knobs: ["batch": 20], parameters: parameters)
        let selection = try withNoGrad {
            try NeuronSelection(context, scores: NNrelief().scores(in: context))
        }
        var before: [String: [UInt8]] = [:]
        for alpha in [0.01, 0.1, 0.3, 0.5, 0.8, 0.95, 1] {
            let masks = try selection.masks(alpha: alpha)
            for (name, mask) in masks.tensors {
                let now = try mask.toBytes()
                if let earlier = before[name] { #expect(zip(earlier, now).allSatisfy { $0 <= $1 }) }
                before[name] = now
            }
            let kernels = try #require(masks.tensors["conv2.weight"]).to(.int64).sum([2, 3]).toInts()
            #expect(Set(kernels).isSubset(of: [0, 25]))
            let filters = try #require(masks.tensors["conv2.weight"]).any([1, 2, 3]).toBytes()
            let readers = try #require(masks.tensors["fc1.weight"]).any([0]).reshape([50, 16]).any([1]).toBytes()
            #expect(zip(filters, readers).allSatisfy { $0 <= $1 })
            #expect(zip(try #require(masks.tensors["conv2.bias"]).toBytes(), readers).allSatisfy { $0 <= $1 })
        }
    }

    @Test func whatCannotBeReachedIsTheNearest() throws {
        let context = try Self.context()
        let selection = try NeuronSelection(context, scores: NNrelief().scores(in: context))
        // At least 3 + 2 of the 10 weights always go, at most 7.
        #expect(try selection.masks(sparsity: 0).sparsity() == 0.5)
        #expect(try abs(selection.masks(sparsity: 0.61).sparsity() - 0.6) < 1e-12)
        #expect(try abs(selection.masks(sparsity: 0.99).sparsity() - 0.7) < 1e-12)
    }

    /// What a removed neuron takes along (bias, normalisation) makes no difference: nothing reads it. Residual networks and
    /// depthwise convolutions meet the sparsity like others.
    @Test(.timeLimit(.minutes(1)), arguments: ["resnet-20", "mobilenet-v1"], [0.5, 0.9])
    func removedNeuronsGoWithTheirNormalisation(_ name: String, _ sparsity: Double) throws {
        let network = try Network.named(name, inputShape: [3, 16, 16], classes: 10)
        var parameters = try network.initialParameters(seed: 2)
        let generator = try Generator(seed: 3)
        for value in network.values where value.kind == .shift {
            // Positive: where nothing fires, more than half of the weights may have to go.
            parameters[value.name] = try generator.uniform(value.shape, low: 0.1, high: 1)
        }
        let context = try PruningTests.context(
            network, method: "nnrelief", knobs: ["batch": 16], parameters: parameters)
        let masks = try #require(try prune(sparsity, in: context).masks)
        #expect(try abs(masks.sparsity() - sparsity) < Level.tolerance)
        let scales = network.parameters.filter { $0.kind == .scale }
        #expect(try sparsity < 0.9 || scales.contains { try masks.nonzero($0) < $0.count })
        // The output layer's biases compete like others, and are missed where they go.
        let missed = Set(network.prunable.map(\.name) + ["fc.bias"])
        var (weightsOnly, everything) = (parameters, parameters)
        for (name, mask) in masks.tensors {
            everything[name] = try parameters[name]?.maskedFill(mask.not(), 0)
            if missed.contains(name) { weightsOnly[name] = everything[name] }
        }
        let images = try randomImages(4, network).inputs
        let difference = try network.forward(images, everything) - network.forward(images, weightsOnly)
        #expect(try difference.abs().amax().item() < 1e-5)
    }

    @Test func layersThatAreNotSelectedKeepEverything() throws {
        let reference = try ReferenceNetwork()
        for excluded in ["conv1", "conv2", "fc"] {
            let context = try PruningTests.context(
                reference.network, method: "nnrelief", parameters: reference.parameters,
                layers: LayerSelection(exclude: [excluded]), images: reference.images)
            let scores = try withNoGrad { try NNrelief().scores(in: context) }
            let masks = try NeuronSelection(context, scores: scores).masks(alpha: 0.2)
            for parameter in reference.network.prunable {
                let isWhole = try masks.nonzero(parameter) == parameter.count
                #expect(isWhole == (parameter.name == "\(excluded).weight"), "\(excluded), \(parameter.name)")
            }
            #expect(masks.tensors["\(excluded).bias"] == nil)
        }
    }

    /// A ratio of 2 keeps 1 - 2 (1 - alpha) of a convolution's contributions and alpha of a linear layer's.
    @Test func convolutionsHaveAnAlphaOfTheirOwn() throws {
        let reference = try ReferenceNetwork()
        func left(_ alpha: Double, ratio: Double, _ name: String) throws -> [UInt8] {
            // The other kind of layer keeps everything, so that no neuron is unread.
            let context = try PruningTests.context(
                reference.network, method: "nnrelief", knobs: ["conv-ratio": ratio], parameters: reference.parameters,
                layers: LayerSelection(include: [name]), images: reference.images)
            let scores = try withNoGrad { try NNrelief().scores(in: context) }
            return try bits(NeuronSelection(context, scores: scores).masks(alpha: alpha), "\(name).weight")
        }
        #expect(try left(0.65, ratio: 2, "conv1") == left(0.3, ratio: 1, "conv1"))
        #expect(try left(0.65, ratio: 2, "conv1") != left(0.65, ratio: 1, "conv1"))
        #expect(try left(0.8, ratio: 2, "fc") == left(0.8, ratio: 1, "fc"))
    }
}
