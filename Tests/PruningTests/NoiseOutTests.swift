import Foundation
import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite struct NoiseOutTests {
    static let methods = ["noiseout", "noiseout-binomial", "noiseout-constant", "noiseout-none"]

    /// 4 inputs, 6 hidden neurons, 3 outputs.
    private func small(hidden: Int = 6) throws -> (network: Network, parameters: [String: Tensor]) {
        var network = Network(name: "small", inputShape: [4])
        try network.append("a", .linear(outputs: hidden))
        try network.append("relu", .relu)
        try network.append("b", .linear(outputs: 3))
        return (network, try network.initialParameters(seed: 3))
    }

    /// Sets the rows of the first layer.
    private func setting(
        _ rows: [Int: (weight: [Float], bias: Float)], in parameters: [String: Tensor]
    ) throws -> [String: Tensor] {
        var parameters = parameters
        let weight = try #require(parameters["a.weight"]).clone()
        let bias = try #require(parameters["a.bias"]).clone()
        for (row, value) in rows {
            try weight.narrow(dimension: 0, start: row, length: 1).copy(from: Tensor(value.weight, shape: [1, 4]))
            try bias.narrow(dimension: 0, start: row, length: 1).fill(Double(value.bias))
        }
        parameters["a.weight"] = weight
        parameters["a.bias"] = bias
        return parameters
    }

    /// Folds until a small network of 6 neurons (42 weights, 7 a neuron) has lost so many, and compares the logits.
    private func difference(
        folding neurons: Int, _ parameters: [String: Tensor], _ network: Network
    ) throws -> (difference: Double, kept: [Int]) {
        let images = try randomImages(500, network)
        let context = try context(network, method: "noiseout-none", parameters: parameters, images: images)
        let folded = try prune(Double(neurons) / Double(network.prunableCount / 7), in: context)
        #expect(folded.network.prunableCount == network.prunableCount - 7 * neurons)
        let before = try network.forward(images.inputs, parameters)
        let after = try folded.network.forward(images.inputs, folded.parameters)
        return (try (before - after).abs().amax().item(), try #require(folded.kept?["a"]))
    }

    // MARK: - What folding leaves unchanged

    /// ReLU is homogeneous: three times the weights and bias are three times the activation.
    @Test func oneOfTwoPerfectlyCorrelatedNeuronsCanGo() throws {
        let (network, fresh) = try small()
        let row: [Float] = [0.5, -0.3, 0.8, 0.1]
        let twins = try setting([1: (row, 0.2), 4: (row.map { $0 * 3 }, 0.6)], in: fresh)
        let result = try difference(folding: 1, twins, network)
        #expect(result.difference <= 1e-5)
        #expect(result.kept == [0, 1, 2, 3, 5] || result.kept == [0, 2, 3, 4, 5])
        // The next best pair is a compromise.
        #expect(try difference(folding: 2, twins, network).difference > 1e-3)
    }

    /// Both far above zero, one falls where the other rises: slope -2 and an intercept.
    @Test func perfectAnticorrelationCanGo() throws {
        let (network, fresh) = try small()
        let row: [Float] = [0.5, -0.3, 0.8, 0.1]
        let opposites = try setting([0: (row, 20), 3: (row.map { $0 * -2 }, 50)], in: fresh)
        let result = try difference(folding: 1, opposites, network)
        #expect(result.difference <= 1e-4)
        #expect(result.kept.contains(0) != result.kept.contains(3))
    }

    @Test func constantNeuronsGoFirst() throws {
        let (network, fresh) = try small()
        let row: [Float] = [0.5, -0.3, 0.8, 0.1]
        // One is dead, one always gives 2; the twins come after them.
        let constants = try setting(
            [
                0: ([0, 0, 0, 0], -1), 2: ([0, 0, 0, 0], 2), 1: (row, 0.2), 4: (row.map { $0 * 3 }, 0.6),
            ], in: fresh)
        let two = try difference(folding: 2, constants, network)
        #expect(two.difference <= 1e-5)
        #expect(two.kept == [1, 3, 4, 5])
        #expect(try difference(folding: 3, constants, network).difference <= 1e-5)
    }

    // MARK: - The fit

    /// The reader's weights and bias after one fold, against the least-squares line of the activations.
    @Test func theFoldIsTheLeastSquaresLine() throws {
        let (network, parameters) = try small(hidden: 2)
        let images = try randomImages(400, network)
        let context = try context(network, method: "noiseout-none", parameters: parameters, images: images)
        let folded = try prune(0.5, in: context)
        let survivor = try #require(folded.kept?["a"]?.first)
        func column(_ tensor: Tensor, _ index: Int) throws -> Tensor {
            try tensor.narrow(dimension: 1, start: index, length: 1)
        }
        let hidden = try images.inputs
            .linear(weight: #require(parameters["a.weight"]), bias: parameters["a.bias"]).relu().to(.float64)
        let line = try Tensor.cat([column(hidden, survivor), Tensor.ones([400, 1], dtype: .float64)], dimension: 1)
            .leastSquares(column(hidden, 1 - survivor)).toDoubles()
        let weight = try #require(parameters["b.weight"])
        let expected = try column(weight, survivor) + column(weight, 1 - survivor) * line[0]
        let bias = try #require(parameters["b.bias"]) + column(weight, 1 - survivor).flatten() * line[1]
        let found = try #require(folded.parameters["b.weight"])
        #expect(try (found - expected).abs().amax().item() <= 1e-5)
        #expect(try (#require(folded.parameters["b.bias"]) - bias).abs().amax().item() <= 1e-5)
    }

    // MARK: - How far it goes

    @Test(arguments: methods, [0.3, 0.9, 0.95])
    func meetsTheRequestedSparsity(_ method: String, _ sparsity: Double) throws {
        let network = try Network.named("lenet-300-100", inputShape: [1, 28, 28], classes: 10)
        let context = try context(network, method: method, level: .sparsity(sparsity))
        let folded = try prune(sparsity, in: context)
        let achieved = try context.sparsity(of: folded.network, folded.masks)
        #expect(abs(achieved - sparsity) <= Level.tolerance)
        #expect(folded.network.prunable.map(\.name) == network.prunable.map(\.name))
        #expect(folded.network.outputShape == [10])
    }

    /// Convolutions stay: lenet-5 keeps at least 25,500 + 810 of its 430,500 weights.
    @Test func whatOnlyConvolutionsCouldGiveIsInfeasible() throws {
        for sparsity in [0.5, 0.93] {
            let feasible = try MethodTests.leNet5("noiseout", level: .sparsity(sparsity))
            let folded = try prune(sparsity, in: feasible)
            #expect(try abs(feasible.sparsity(of: folded.network, nil) - sparsity) <= Level.tolerance)
        }
        let tooMuch = try MethodTests.leNet5("noiseout", level: .sparsity(0.95))
        let error = #expect(throws: InfeasibleLevel.self) { try prune(0.95, in: tooMuch) }
        #expect(error?.description.contains("leaves at least 26310 of 430500") == true)
        let residual = try Network.named("resnet-20", inputShape: [3, 32, 32], classes: 10)
        let nothing = try context(residual, method: "noiseout", images: randomImages(2, residual))
        #expect(throws: InfeasibleLevel.self) { try prune(0.5, in: nothing) }
    }

    /// Labels are what the network says, so that its accuracy before folding is 1.
    @Test func foldsDownToTheAccuracyFloor() throws {
        let network = try Network.named("lenet-300-100", inputShape: [1, 8, 8], classes: 10)
        let parameters = try network.initialParameters(seed: 2)
        let inputs = try randomImages(300, network).inputs
        let images = (inputs: inputs, labels: try network.forward(inputs, parameters).argmax(dimension: 1))
        func folded(_ floor: Double) throws -> (left: Int, accuracy: Double) {
            let level = Level.knob(name: "accuracy-floor", value: floor)
            let context = try context(
                network, method: "noiseout-none", level: level, parameters: parameters, images: images)
            let result = try withNoGrad {
                try Methods.method(of: context.pruning).prune(context)
            }
            let right = try result.network.forward(inputs, result.parameters).argmax(dimension: 1).equal(images.labels)
            return (result.network.prunableCount, Double(try right.countNonzero().itemInt()) / 300)
        }
        let (high, low) = (try folded(0.9), try folded(0.5))
        #expect(high.accuracy >= 0.9 && low.accuracy >= 0.5)
        #expect(high.left < network.prunableCount && low.left < high.left)
        #expect(low.accuracy < 0.9)
    }

    // MARK: - Noise outputs

    @Test func noiseOutputsComeAndGo() throws {
        let (network, parameters) = try small()
        let context = try context(network, method: "noiseout", knobs: ["noise-outputs": 5], parameters: parameters)
        let method = NoiseOut(.gaussian)
        let grown = try #require(try method.prepare(context))
        #expect(grown.network.outputShape == [8])
        #expect(try context.sparsity(of: grown.network, nil) == 0)
        let images = try randomImages(10, network).inputs
        let classes = try grown.network.forward(images, grown.parameters).narrow(dimension: 1, start: 0, length: 3)
        #expect(try (classes - network.forward(images, parameters)).abs().amax().item() <= 1e-6)
        #expect(
            try method.prepare(context)?.parameters["b.weight"]?.toFloats() == grown.parameters["b.weight"]?.toFloats())
        let after = try PruningContext(
            network: grown.network, parameters: grown.parameters, dense: network, pruning: context.pruning, seed: 0,
            examples: context.examples)
        // Seven weights a neuron as without noise outputs, not twelve.
        let folded = try prune(0.5, in: after)
        #expect(folded.network.prunableCount(outputs: 3) == 21)
        #expect(folded.network.outputShape == [8])
        let finish: (PruningContext) throws -> Rewriting? = method.finish
        let delivered = try #require(try finish(after))
        #expect(delivered.network == network)
        #expect(try delivered.parameters["b.weight"]?.toFloats() == parameters["b.weight"]?.toFloats())
        #expect(try finish(context) == nil)
        #expect(try NoiseOut(.none).prepare(context) == nil)
    }

    /// The loss is the classes' cross entropy and the weighted mean squared error of outputs 3 ..< 1003 against targets of
    /// which the moments are known: of zeros, mean^2 + deviation^2.
    @Test(arguments: [(NoiseOut.Noise.gaussian, 0.1 * 0.1 + 0.4 * 0.4), (.binomial, 0.1), (.constant, 0.01)])
    func theLossTeachesNoise(_ noise: NoiseOut.Noise, _ square: Double) throws {
        let (network, parameters) = try small()
        let context = try context(
            network, method: "noiseout", knobs: ["noise-outputs": 1000, "noise-weight": 2], parameters: parameters)
        let method = NoiseOut(noise)
        _ = try method.begin(context)
        func loss(_ outputs: Tensor, step: Int = 0) throws -> Double {
            let moment = TrainingMoment(
                parameters: parameters, masks: context.masks, step: step, steps: 10, learningRate: 0.1)
            return try method.loss(outputs, labels: Tensor([0, 1, 2] as [Int64]), at: moment).item()
        }
        // Equal logits: log 3. Three thousand draws: within 15 % of the expectation by far.
        let found = try loss(Tensor.zeros([3, 1003]))
        #expect(abs((found - log(3)) / 2 - square) <= 0.15 * square)
        #expect(try loss(Tensor.zeros([3, 1003])) == found)
        #expect(try abs(loss(Tensor.zeros([3, 3])) - log(3)) <= 1e-6)
        if noise != .constant { #expect(try loss(Tensor.zeros([3, 1003]), step: 1) != found) }
    }
}
