import Sweep
import Testing
import Torch

@testable import Networks

@Suite struct NetworkTests {
    @Test func catalogueAndBuildersAgree() throws {
        #expect(Network.names == NetworkCatalogue.names.sorted())
        for entry in NetworkCatalogue.entries {
            let side = entry.smallestImage
            _ = try Network.named(entry.name, inputShape: [1, side, side], classes: 10)
            guard side > 1 else { continue }
            #expect(throws: NetworkError.self) {
                try Network.named(entry.name, inputShape: [1, side - 1, side - 1], classes: 10)
            }
        }
    }

    @Test func unknownNetworkNamesTheOnesThereAre() {
        let error = #expect(throws: NetworkError.self) {
            try Network.named("lenet-6", inputShape: [1, 28, 28], classes: 10)
        }
        #expect(error?.description.contains("this engine has lenet-300-100, lenet-5") == true)
    }

    /// conv -> relu -> two branches that are added -> flatten -> linear.
    static func residual() throws -> Network {
        var network = Network(name: "residual", inputShape: [1, 4, 4])
        try network.append("conv1", .convolution(outputs: 2, kernel: 3, padding: 1))
        try network.append("relu1", .relu)
        try network.append("conv2", .convolution(outputs: 2, kernel: 3, padding: 1))
        try network.append("sum", .add, after: ["relu1", "conv2"])
        try network.append("pool", .maxPool(size: 2))
        try network.append("flatten", .flatten)
        try network.append("fc", .linear(outputs: 3))
        return network
    }

    @Test func consumersSeeThroughWhatLiesBetween() throws {
        let network = try Self.residual()
        #expect(network.consumers(of: 0) == [.init(node: 2, spread: 1), .init(node: 6, spread: 4)])
        #expect(network.consumers(of: 2) == [.init(node: 6, spread: 4)])
        #expect(network.consumers(of: 6) == nil)
    }

    @Test func refusesWhatDoesNotFit() throws {
        var network = try Self.residual()
        #expect(throws: NetworkError.self) { try network.append("fc", .relu) }
        #expect(throws: NetworkError.self) { try network.append("more", .maxPool(size: 2)) }
        #expect(throws: NetworkError.self) { try network.append("more", .add, after: ["conv1", "fc"]) }
        #expect(throws: NetworkError.self) { try network.append("more", .relu, after: ["nothing"]) }
        #expect(throws: NetworkError.self) {
            try network.append("more", .convolution(outputs: 4, kernel: 1, groups: 4), after: ["relu1"])
        }
        #expect(throws: NetworkError.self) {
            try network.append("more", .convolution(outputs: 4, kernel: 1, stride: 0), after: ["relu1"])
        }
        #expect(throws: NetworkError.self) {
            try network.append("more", .maxPool(size: 3, padding: 2), after: ["relu1"])
        }
        #expect(throws: NetworkError.self) { try network.append("more", .linear(outputs: .max)) }
    }

    @Test func forwardFollowsTheGraph() throws {
        let network = try Self.residual()
        let parameters = try network.initialParameters(seed: 3)
        let input = try Tensor((0..<16).map { Float($0) / 16 }, shape: [1, 1, 4, 4])
        var seen: [String] = []
        var given: [String] = []
        let output = try network.forward(
            input, parameters, observe: { node, _ in seen.append(node.name) },
            observeOutput: { node, tensor in
                given.append(node.name)
                #expect(Array(tensor.shape.dropFirst()) == node.outputShape)
            })
        #expect(seen == ["conv1", "conv2", "fc"])
        #expect(given == network.nodes.map(\.name))
        func parameter(_ name: String) throws -> Tensor { try #require(parameters[name]) }
        let trunk = try input.conv2d(weight: parameter("conv1.weight"), bias: parameter("conv1.bias"), padding: 1)
            .relu()
        let branch = try trunk.conv2d(weight: parameter("conv2.weight"), bias: parameter("conv2.bias"), padding: 1)
        let expected = try (trunk + branch).maxPool2d(kernel: 2).flatten(from: 1)
            .linear(weight: parameter("fc.weight"), bias: parameter("fc.bias"))
        #expect(try output.toFloats() == expected.toFloats())
        #expect(throws: NetworkError.self) { try network.forward(input, [:]) }
    }

    @Test func initialisationIsAFunctionOfTheSeed() throws {
        let network = try Network.named("lenet-300-100", inputShape: [1, 8, 8], classes: 10)
        let first = try network.initialParameters(seed: 1)
        let weights = try #require(first["fc1.weight"]).toFloats()
        #expect(try weights == network.initialParameters(seed: 1)["fc1.weight"]?.toFloats())
        #expect(try weights != network.initialParameters(seed: 2)["fc1.weight"]?.toFloats())
        // Uniform in +-1/8: deviation (1/8)/sqrt(3).
        #expect(weights.allSatisfy { abs($0) <= 0.125 })
        let variance = weights.reduce(0) { $0 + $1 * $1 } / Float(weights.count)
        #expect(abs(variance.squareRoot() - 0.125 / Float(3).squareRoot()) < 1e-3)
        // Pinned: a change of these bits changes every result.
        #expect(weights[0] == 0.06105444)
    }
}
