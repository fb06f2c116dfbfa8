import Testing
import Torch

@testable import Networks

@Suite struct RewritingTests {
    @Test(arguments: Network.names)
    func jsonRoundTrip(_ name: String) throws {
        let network = try Network.named(name, inputShape: [3, 32, 32], classes: 10)
        #expect(try Network(json: network.json) == network)
    }

    @Test func aShrunkNetworkIsReadBack() throws {
        let network = try NetworkTests.residual()
        let small = try network.keeping(["conv1": [1]], parameters: network.initialParameters(seed: 1)).network
        #expect(try Network(json: small.json) == small)
        // Pinned: files hold it.
        #expect(
            try small.json.hasPrefix(
                #"{"inputShape":[1,4,4],"name":"residual","nodes":[{"inputs":[],"layer":{"convolution":{"bias":true,"#
                    + #""groups":1,"kernel":3,"outputs":1,"padding":1,"stride":1}},"name":"conv1"},"#))
    }

    @Test(arguments: [
        "", "{}", #"{"name":"n","inputShape":[32767,32767,32767,32767,32767],"nodes":[]}"#,
        #"{"name":"n","inputShape":[],"nodes":[]}"#, #"{"name":"n","inputShape":[0,4,4],"nodes":[]}"#,
        #"{"name":"n","inputShape":[1,4,4],"nodes":[{"inputs":[0],"layer":{"relu":{}},"name":"a"}]}"#,
        #"{"name":"n","inputShape":[1,4,4],"nodes":[{"inputs":[],"layer":{"maxPool":{"size":9,"padding":0}},"name":"a"}]}"#,
        #"{"name":"n","inputShape":[1,4,4],"nodes":[{"inputs":[],"layer":{"maxPool":{"size":1,"stride":0,"padding":0}},"name":"a"}]}"#,
        #"{"name":"n","inputShape":[32767,32767,32767],"nodes":[{"inputs":[],"layer":{"flatten":{}},"name":"a"}]}"#,
    ])
    func textThatIsNoNetworkIsRefused(_ text: String) {
        #expect(throws: NetworkError.self) { try Network(json: text) }
    }

    // Two factors of a weight of rank 2 compute what the weight does: float sums in another order, 1e-5.
    @Test func aFactoredLayerComputesTheProduct() throws {
        let network = try NetworkTests.residual()
        let factored = try network.factoring("conv2", rank: 2).factoring("fc", rank: 3)
        #expect(
            factored.prunable.map(\.shape) == [[2, 1, 3, 3], [2, 2, 3, 3], [2, 2, 1, 1], [3, 8], [3, 3]])
        #expect(
            factored.prunable.map(\.name) == [
                "conv1.weight", "conv2.basis.weight", "conv2.coefficients.weight", "fc.basis.weight",
                "fc.coefficients.weight",
            ])
        #expect(factored.parameters.map(\.name).filter { $0.hasSuffix("basis.bias") } == [])
        var parameters = try network.initialParameters(seed: 4)
        var parts = try factored.initialParameters(seed: 4)
        func part(_ name: String) throws -> Tensor { try #require(parts[name]) }
        for layer in ["conv2", "fc"] {
            let weight = try part("\(layer).coefficients.weight").flatten(from: 1)
                .matmul(part("\(layer).basis.weight").flatten(from: 1))
            parameters["\(layer).weight"] = try weight.reshape(try #require(parameters["\(layer).weight"]).shape)
            parts["\(layer).coefficients.bias"] = parameters["\(layer).bias"]
        }
        let input = try network.input(batch: 2)
        #expect(try distance(factored.forward(input, parts), network.forward(input, parameters)) <= 1e-5)
    }

    @Test func addedOutputsAreNotCounted() throws {
        let network = try NetworkTests.residual()
        let grown = try network.withOutputs(7)
        #expect(grown.outputShape == [7])
        #expect(grown.prunableCount == network.prunableCount + 4 * 8)
        #expect(grown.prunableCount(outputs: 3) == network.prunableCount)
        #expect(network.prunableCount(outputs: 3) == network.prunableCount)
        #expect(try grown.withOutputs(3) == network)
        var open = Network(name: "open", inputShape: [2])
        try open.append("relu", .relu)
        #expect(throws: NetworkError.self) { try open.withOutputs(3) }
    }

    @Test func theLastLayerMayGrow() throws {
        let network = try NetworkTests.residual()
        let grown = try network.replacing("fc", with: [("fc", .linear(outputs: 7))])
        #expect(grown.outputShape == [7])
        #expect(grown.nodes.dropLast() == network.nodes.dropLast())
        #expect(throws: NetworkError.self) { try network.replacing("none", with: [("fc", .linear(outputs: 7))]) }
        #expect(throws: NetworkError.self) { try network.replacing("fc", with: []) }
        // The sum would have two shapes.
        #expect(throws: NetworkError.self) {
            try network.replacing("conv2", with: [("conv2", .convolution(outputs: 3, kernel: 3, padding: 1))])
        }
        #expect(throws: NetworkError.self) { try network.factoring("relu1", rank: 1) }
    }
}
