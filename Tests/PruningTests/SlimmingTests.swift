import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite struct SlimmingTests {
    /// The loss's gradient plus s sign(gamma), at scales and gates, and nowhere else.
    @Test func scalesAndGatesArePushedToZero() throws {
        let network = try coupled()
        let images = try randomImages(20, network)
        func gradients(_ penalty: Double) throws -> [String: Tensor] {
            let parameters = try lively(network)
            try #require(parameters["bn1.weight"]).narrow(dimension: 0, start: 0, length: 2).fill(-0.7)
            let context = try context(
                network, method: "slimming", knobs: ["penalty": penalty], parameters: parameters, images: images)
            let slimming = Slimming()
            #expect(try slimming.begin(context) == nil)
            for parameter in network.parameters { try parameters[parameter.name]?.requireGrad() }
            let moment = TrainingMoment(
                parameters: parameters, masks: try Masks(wholeOf: network), step: 0, steps: 1, learningRate: 0.1)
            let outputs = try network.forward(
                images.inputs, slimming.effective(parameters), mode: .training)
            try outputs.crossEntropy(labels: images.labels).backward()
            try withNoGrad { try slimming.beforeUpdate(at: moment) }
            var found: [String: Tensor] = [:]
            for parameter in network.parameters { found[parameter.name] = try parameters[parameter.name]?.grad }
            #expect(slimming.learned.map(\.name) == ["conv4.gate", "fc1.gate"])
            for gate in slimming.learned { found[gate.name] = try gate.tensor.grad }
            return found
        }
        let (plain, pushed) = (try gradients(0), try gradients(0.25))
        let penalised: Set<String> = ["bn1.weight", "bn2.weight", "bn3.weight", "conv4.gate", "fc1.gate"]
        #expect(plain.count == network.parameters.count + 2)
        for (name, gradient) in plain {
            let change = try (#require(pushed[name]) - gradient).toDoubles()
            let expected = penalised.contains(name) ? 0.25 : 0
            for (index, change) in change.enumerated() {
                let sign = name == "bn1.weight" && index < 2 ? -1.0 : 1
                #expect(abs(change - sign * expected) < 1e-6, "\(name)")
            }
        }
    }

    /// Gates multiply filters and biases, end up in them, and order the channels; scales of coupled layers count alike.
    @Test func gatesAreBakedAndCompared() throws {
        let network = try coupled()
        let parameters = try lively(network)
        let context = try context(network, method: "slimming", parameters: parameters)
        let slimming = Slimming()
        _ = try slimming.begin(context)
        let gate = try #require(slimming.learned.first { $0.name == "fc1.gate" }).tensor
        #expect(try gate.toFloats() == Array(repeating: 1, count: 12))
        #expect(slimming.state.count == 2)
        let values = (0..<12).map { Float($0 - 6) / 4 }
        try withNoGrad { try gate.copy(from: Tensor(values)) }
        let images = try randomImages(5, network).inputs
        let before = try withNoGrad { try network.forward(images, slimming.effective(parameters)) }
        let weight = try #require(parameters["fc1.weight"]).toFloats()
        #expect(try withNoGrad { try slimming.finish(context) } == nil)
        #expect(try network.forward(images, parameters).toFloats() == before.toFloats())
        let baked = try #require(parameters["fc1.weight"]).toFloats()
        #expect(baked.indices.allSatisfy { baked[$0] == weight[$0] * values[$0 / 40] })
        // Nothing is left to save: the network may shrink now.
        #expect(slimming.state.isEmpty)
        let scores = try slimming.scores(of: context.eligibleGroups, in: context)
        #expect(try #require(scores["fc1"]).toFloats() == values.map(abs))
        #expect(try #require(scores["conv4"]).toFloats() == Array(repeating: 1, count: 10))
        let (first, third) = (
            try #require(parameters["bn1.weight"]).toDoubles(), try #require(parameters["bn3.weight"]).toDoubles()
        )
        for (found, (first, third)) in zip(try #require(scores["conv1"]).toDoubles(), zip(first, third)) {
            #expect(abs(found - (abs(first) + abs(third)) / 2) < 1e-7)
        }
    }

    @Test func untrainedGatesAreNoScores() throws {
        let context = try context(tiny(), method: "slimming")
        #expect(throws: PruningError.self) { try Slimming().scores(of: context.eligibleGroups, in: context) }
    }
}
