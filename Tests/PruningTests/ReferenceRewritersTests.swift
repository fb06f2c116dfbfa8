import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

/// The rewriters against PyTorch computing the same in double precision on the same weights and images; relative errors
/// (Euclidean, per tensor) below 1e-4. Each comparison has a control: a spoilt reference is noticed.
@Suite(.timeLimit(.minutes(2)), .pyTorch) struct ReferenceRewritersTests {
    private static func reference(
        _ method: String, _ tensors: [String: Tensor], _ knobs: [String: Double]
    ) throws -> [String: Tensor] {
        // Whole numbers without a decimal point.
        let metadata = knobs.mapValues { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" }
        return try PyTorch.run("reference_rewriters.py", method, tensors: tensors, metadata: metadata)
    }

    /// The largest relative error of tensors that the reference has under the same names; infinite for another shape or NaN.
    private static func error(_ found: [String: Tensor], _ reference: [String: Tensor]) throws -> Double {
        #expect(!found.isEmpty)
        return try found.map { name, tensor in
            let wanted = try #require(reference[name], "\(name)")
            guard tensor.shape == wanted.shape else { return .infinity }
            let error = try ((tensor.detach().to(.float64) - wanted).norm() / wanted.norm()).item()
            return error.isFinite ? error : .infinity
        }.reduce(0, max)
    }

    // MARK: - NoiseOut

    /// 6 inputs, 20 and 10 hidden neurons, 4 classes. Neuron 5 of the first hidden layer is dead, neuron 3 of the
    /// second always gives 0.7.
    private static func dense() throws -> (network: Network, parameters: [String: Tensor]) {
        var network = Network(name: "dense", inputShape: [6])
        try network.append("a", .linear(outputs: 20))
        try network.append("relu1", .relu)
        try network.append("b", .linear(outputs: 10))
        try network.append("relu2", .relu)
        try network.append("c", .linear(outputs: 4))
        let parameters = try lively(network)
        for (layer, neuron, value) in [("a", 5, -1), ("b", 3, 0.7)] {
            try #require(parameters["\(layer).weight"]).narrow(dimension: 0, start: neuron, length: 1).fill(0)
            try #require(parameters["\(layer).bias"]).narrow(dimension: 0, start: neuron, length: 1).fill(value)
        }
        return (network, parameters)
    }

    /// Folds down to so many neurons of each layer. 12 and 6 folds: the second layer is measured again in between.
    @Test(arguments: [(17, 9), (8, 4)]) func foldsAsInPyTorch(_ a: Int, _ b: Int) throws {
        let (network, parameters) = try Self.dense()
        let images = try randomImages(300, network)
        let context = try context(network, method: "noiseout-none", parameters: parameters, images: images)
        let left = 6 * a + a * b + b * 4
        let folded = try prune(1 - Double(left) / Double(network.prunableCount), in: context)
        #expect(folded.network.prunableCount == left)
        var found = folded.parameters
        for (layer, neurons) in try #require(folded.kept) {
            found["kept/\(layer)"] = try Tensor(neurons.map(Double.init))
        }
        found["logits"] = try folded.network.forward(images.inputs, folded.parameters)
        #expect(found.count == 9)

        let tensors = parameters.merging(["inputs": images.inputs]) { $1 }
        let wanted = try Self.reference("noiseout", tensors, ["weights": Double(left), "slope-error": 0])
        #expect(try Self.error(found, wanted) < 1e-4)
        let spoilt = try Self.reference("noiseout", tensors, ["weights": Double(left), "slope-error": 0.01])
        #expect(try Self.error(found, spoilt) > 1e-4)
    }

    /// The loss and its gradient by every value, for the targets of the seed, the round and the step.
    @Test(arguments: [(NoiseOut.Noise.gaussian, "noiseout"), (.binomial, "noiseout-binomial")])
    func theLossOfNoiseOutputsIsPyTorchs(_ noise: NoiseOut.Noise, _ name: String) throws {
        let (network, parameters) = try Self.dense()
        let images = try randomImages(30, network)
        let context = try context(
            network, method: name, knobs: ["noise-outputs": 7, "noise-weight": 2.5], parameters: parameters, seed: 5,
            images: images)
        let method = NoiseOut(noise)
        let grown = try #require(try method.prepare(context))
        _ = try method.begin(context)
        var values: [String: Tensor] = [:]
        for (name, value) in grown.parameters { values[name] = try value.detach().clone().requireGrad() }
        let moment = TrainingMoment(
            parameters: values, masks: try Masks(wholeOf: grown.network), step: 3, steps: 10, learningRate: 0.1)
        let loss = try method.loss(grown.network.forward(images.inputs, values), labels: images.labels, at: moment)
        try loss.backward()
        var found = ["loss": loss]
        for (name, value) in values { found["grad/\(name)"] = try value.grad }
        #expect(found.count == 7)

        var stream = RandomStream(seed: 5, purpose: "noise-targets", detail: "1/3")
        let generator = try Generator(seed: stream.bits())
        var tensors = values
        (tensors["inputs"], tensors["labels"]) = images
        tensors["targets"] =
            noise == .gaussian
            ? try generator.normal([30, 7], mean: 0.1, deviation: 0.4)
            : try generator.bernoulli([30, 7], probability: 0.1).to(.float32)
        let wanted = try Self.reference("noiseout-loss", tensors, ["weight": 2.5])
        #expect(try Self.error(found, wanted) < 1e-4)
        #expect(try Self.error(found, Self.reference("noiseout-loss", tensors, ["weight": 2.501])) > 1e-4)
    }

    // MARK: - TRP

    /// Two convolutions, a linear layer with more outputs than inputs and one with fewer.
    private static func convolutional() throws -> (network: Network, parameters: [String: Tensor]) {
        var network = Network(name: "convolutional", inputShape: [3, 4, 4])
        try network.append("conv1", .convolution(outputs: 8, kernel: 3, padding: 1))
        try network.append("relu1", .relu)
        try network.append("conv2", .convolution(outputs: 6, kernel: 3, stride: 2, padding: 1))
        try network.append("relu2", .relu)
        try network.append("flatten", .flatten)
        try network.append("fc1", .linear(outputs: 40))
        try network.append("relu3", .relu)
        try network.append("fc2", .linear(outputs: 5))
        return (network, try lively(network))
    }

    /// All values after each of five steps: the second, fourth and last truncate, the third and fifth have the nuclear
    /// norm in their gradients.
    @Test func trainsAsInPyTorch() throws {
        let (network, parameters) = try Self.convolutional()
        let images = try randomImages(100, network)
        let knobs = ["period": 2, "nuclear": 0.3, "energy": 0.8]
        let context = try context(
            network, method: "trp", knobs: knobs, parameters: parameters.mapValues { try $0.clone() }, images: images)
        let course = try TrainerCourse(TRP(), context, steps: 5)
        var found: [String: Tensor] = [:]
        for step in 0..<5 {
            try course.run(step)
            for (name, value) in course.parameters { found["\(step)/\(name)"] = try value.detach().clone() }
        }
        #expect(found.count == 40)

        var tensors = parameters
        (tensors["inputs"], tensors["labels"]) = images
        // As TrainerCourse trains.
        let training = ["steps": 5, "rate": 0.05, "momentum": 0.9, "decay": 1e-4, "rank-error": 0]
        func error(_ spoilt: [String: Double] = [:]) throws -> Double {
            let all = knobs.merging(training) { $1 }.merging(spoilt) { $1 }
            return try Self.error(found, Self.reference("trp", tensors, all))
        }
        #expect(try error() < 1e-4)
        #expect(try error(["rank-error": 1]) > 1e-4)
        #expect(try error(["nuclear": 0.303]) > 1e-4)
        #expect(try error(["period": 3]) > 1e-4)
    }

    /// The factors' ranks, their products and the factored network's logits are those of the truncated network; of its
    /// four layers some stay whole where factors would be larger.
    @Test(arguments: [(0.4, 4), (0.92, 2)]) func factorsAreTheTruncation(_ energy: Double, _ layers: Int) throws {
        let (network, parameters) = try Self.convolutional()
        let images = try randomImages(20, network)
        let level = Level.knob(name: "rank-energy", value: energy)
        let context = try context(network, method: "trp", level: level, parameters: parameters, images: images)
        let factored = try withNoGrad { try Method(TRP()).prune(context) }
        var found = ["logits": try factored.network.forward(images.inputs, factored.parameters)]
        for layer in ["conv1", "conv2", "fc1", "fc2"] {
            guard let basis = try factored.parameters["\(layer).basis.weight"]?.flatten(from: 1) else { continue }
            let coefficients = try #require(factored.parameters["\(layer).coefficients.weight"]).flatten(from: 1)
            found["rank/\(layer).weight"] = try Tensor.full([], Double(basis.shape[0]))
            let shape = try #require(parameters["\(layer).weight"]).shape
            found["\(layer).weight"] = try coefficients.matmul(basis).reshape(shape)
        }
        let tensors = parameters.merging(["inputs": images.inputs]) { $1 }
        let wanted = try Self.reference("trp-factors", tensors, ["energy": energy, "rank-error": 0])
        // A layer is factored in both or in neither.
        #expect(Set(found.keys.filter { !$0.hasPrefix("rank/") }) == Set(wanted.keys.filter { !$0.hasPrefix("rank/") }))
        #expect(found.count == 1 + 2 * layers)
        #expect(try Self.error(found, wanted) < 1e-4)
        let spoilt = try Self.reference("trp-factors", tensors, ["energy": energy, "rank-error": 1])
        #expect(try Self.error(["logits": #require(found["logits"])], spoilt) > 1e-4)
    }
}
