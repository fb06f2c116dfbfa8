import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite struct TRPTests {
    /// Convolutions with normalisation, a residual sum and pooling, a depthwise convolution, two linear layers.
    private func residual() throws -> (network: Network, parameters: [String: Tensor]) {
        var network = Network(name: "residual", inputShape: [3, 8, 8])
        try network.append("conv1", .convolution(outputs: 16, kernel: 3, padding: 1, bias: false))
        try network.append("bn1", .batchNorm)
        try network.append("relu1", .relu)
        try network.append("conv2", .convolution(outputs: 16, kernel: 3, padding: 1), after: ["relu1"])
        try network.append("sum", .add, after: ["conv2", "relu1"])
        try network.append("depthwise", .convolution(outputs: 16, kernel: 3, padding: 1, groups: 16))
        try network.append("pool", .maxPool(size: 4))
        try network.append("flatten", .flatten)
        try network.append("fc1", .linear(outputs: 48))
        try network.append("relu2", .relu)
        try network.append("fc2", .linear(outputs: 10))
        return (network, try network.initialParameters(seed: 5))
    }

    private func moment(
        _ parameters: [String: Tensor], step: Int, of steps: Int, _ network: Network
    ) throws -> TrainingMoment {
        TrainingMoment(
            parameters: parameters, masks: try Masks(wholeOf: network), step: step, steps: steps, learningRate: 0.1)
    }

    private func distance(_ a: Tensor, _ b: Tensor) throws -> Double { try (a - b).abs().amax().item() }

    // MARK: - Truncation

    /// Both shapes; against the singular value decomposition of the same matrix in float64. Float32 sums: 1e-4.
    @Test(arguments: [[12, 40], [40, 12]], [0.3, 0.9, 1])
    func truncationIsThatOfTheSingularValues(_ shape: [Int], _ energy: Double) throws {
        let weight = try Generator(seed: 7).normal(shape)
        let (u, s, vh) = try weight.to(.float64).svd()
        let squares = try s.square().toDoubles()
        var rank = 1
        while squares.prefix(rank).reduce(0, +) < energy * squares.reduce(0, +) * (1 - 1e-12) { rank += 1 }
        #expect(rank > 1 && (energy == 1) == (rank == 12))
        let left = try u.narrow(dimension: 1, start: 0, length: rank)
        let right = try vh.narrow(dimension: 0, start: 0, length: rank)
        let truncation = try #require(try Truncation(of: weight, energy: energy))
        let kept = try s.narrow(dimension: 0, start: 0, length: rank)
        #expect(try distance(truncation.matrix.to(.float64), (left * kept).matmul(right)) <= 1e-4)
        #expect(try distance(truncation.direction.to(.float64), left.matmul(right)) <= 1e-4)
        if energy == 1 { #expect(try truncation.matrix.toFloats() == weight.toFloats()) }
    }

    @Test func aMatrixOfZerosIsLeftAlone() throws {
        #expect(try Truncation(of: Tensor.zeros([3, 4]), energy: 0.9) == nil)
    }

    @Test func truncatesEveryPeriodAndAfterTheLastStep() throws {
        let (network, parameters) = try residual()
        let context = try context(network, method: "trp", knobs: ["period": 3, "nuclear": 0.5], parameters: parameters)
        let method = TRP()
        _ = try method.begin(context)
        #expect(method.state.keys.sorted() == ["conv1.weight", "conv2.weight", "fc1.weight", "fc2.weight"])
        var truncated: [Int] = []
        for step in 0..<8 {
            let live = try parameters.mapValues { try $0.clone() }
            _ = try method.afterUpdate(at: moment(live, step: step, of: 8, network))
            let hasChanged = try distance(#require(live["conv2.weight"]), #require(parameters["conv2.weight"])) > 0
            if hasChanged { truncated.append(step) }
            #expect(try distance(#require(live["depthwise.weight"]), #require(parameters["depthwise.weight"])) == 0)
        }
        #expect(truncated == [2, 5, 7])
    }

    /// The step after a truncation has lambda U V^T in its gradients, no other step has.
    @Test func theNuclearNormPullsOnTheStepAfterATruncation() throws {
        let (network, parameters) = try residual()
        let context = try context(network, method: "trp", knobs: ["period": 3, "nuclear": 0.5], parameters: parameters)
        let method = TRP()
        _ = try method.begin(context)
        let live = try parameters.mapValues { try $0.clone() }
        _ = try method.afterUpdate(at: moment(live, step: 2, of: 8, network))
        let weight = try #require(live["fc2.weight"]).requireGrad()
        let before = try #require(parameters["fc2.weight"])
        let direction = try #require(try Truncation(of: before, energy: 0.9)).direction
        for (step, share) in [(1, 0.0), (3, 0.5), (4, 0)] {
            try weight.zeroGrad()
            try weight.square().sum().backward()
            try withNoGrad { try method.beforeUpdate(at: moment(live, step: step, of: 8, network)) }
            let expected = try weight.detach() * 2 + direction * share
            #expect(try distance(#require(try weight.grad), expected) <= 1e-4)
        }
    }

    // MARK: - Factors

    /// What is of rank r already is factored without a loss: logits equal to 1e-5.
    @Test func factoredEqualsTruncated() throws {
        let (network, parameters) = try residual()
        let method = TRP()
        let level = Level.knob(name: "rank-energy", value: 0.9999)
        let context = try context(network, method: "trp", knobs: ["energy": 0.5], level: level, parameters: parameters)
        _ = try method.begin(context)
        let live = try parameters.mapValues { try $0.clone() }
        _ = try method.afterUpdate(at: moment(live, step: 0, of: 1, network))
        let truncated = try PruningContext(
            network: network, parameters: live, pruning: context.pruning, seed: 0, examples: context.examples)
        let factored = try withNoGrad { try Method(method).prune(truncated) }
        let names = factored.network.prunable.map(\.name)
        for layer in ["conv1", "conv2", "fc1"] { #expect(names.contains("\(layer).basis.weight")) }
        #expect(names.contains("depthwise.weight"))
        #expect(factored.network.prunableCount < network.prunableCount * 7 / 10)
        let images = try randomImages(20, network).inputs
        let logits = try network.forward(images, live)
        #expect(try distance(factored.network.forward(images, factored.parameters), logits) <= 1e-5)
        #expect(try distance(network.forward(images, parameters), logits) > 1e-3)
        // Both factors carry the root of each singular value.
        let basis = try #require(factored.parameters["fc1.basis.weight"]).square().sum([1])
        let coefficients = try #require(factored.parameters["fc1.coefficients.weight"]).square().sum([0])
        #expect(try distance(basis, coefficients) <= 1e-4)
        #expect(method.state.isEmpty)
    }

    @Test(arguments: ["lenet-300-100", "lenet-5", "resnet-20", "mobilenet-v1"], [0.2, 0.5, 0.8, 0.9])
    func meetsTheRequestedSparsity(_ name: String, _ sparsity: Double) throws {
        let shape = name.hasPrefix("lenet") ? [1, 28, 28] : [3, 32, 32]
        let network = try Network.named(name, inputShape: shape, classes: 10)
        let context = try context(network, method: "trp", level: .sparsity(sparsity), images: randomImages(1, network))
        let factored = try prune(sparsity, in: context)
        #expect(abs(try context.sparsity(of: factored.network, nil) - sparsity) <= Level.tolerance)
        #expect(Set(factored.parameters.keys) == Set(factored.network.values.map(\.name)))
        for value in factored.network.values { #expect(factored.parameters[value.name]?.shape == value.shape) }
    }

    @Test func rankOneIsTheLeast() throws {
        let (network, _) = try residual()
        let context = try context(network, method: "trp", level: .sparsity(0.99))
        let error = #expect(throws: InfeasibleLevel.self) { try prune(0.99, in: context) }
        #expect(error?.description.contains("factors of rank 1 leave") == true)
    }

    /// Squares 16, 4, 1, 1 of a 4 x 8 layer, whose factors are smaller up to rank 2.
    @Test(arguments: [(0.7, 1), (0.72, 1), (0.73, 2), (0.9, 2), (0.91, nil)])
    func ranksByEnergy(_ energy: Double, _ rank: Int?) throws {
        var network = Network(name: "one", inputShape: [8])
        try network.append("a", .linear(outputs: 4))
        let selection = RankSelection(try context(network, method: "trp"), singularValues: ["a.weight": [4, 2, 1, 1]])
        #expect(selection.ranks(energy: energy)["a.weight"] == rank)
        // 12 of 32 weights are 0.625 sparse, 24 are 0.25.
        #expect(try selection.ranks(sparsity: 0.6)["a.weight"] == 1)
        #expect(try selection.ranks(sparsity: 0.25)["a.weight"] == 2)
        #expect(try selection.ranks(sparsity: 0.01) == [:])
    }
}
