import Testing

@testable import Engine

/// `espalier-engine bench`: where the time of a training step goes.
///
/// Serialized: the shares are times, and each bench would interrupt the others.
@Suite(.timeLimit(.minutes(1)), .serialized) struct BenchTests {
    @Test(arguments: ["lenet-300-100", "lenet-5", "resnet-20"]) func sharesOfAStepAddUp(network: String) throws {
        let bench = try Bench(network: network, batch: 32, threads: 1, steps: 9)
        let shares = try #require(bench.shares)
        #expect(Set(shares.keys) == Set(StepPart.allCases.map(\.rawValue)))
        #expect(shares.values.allSatisfy { $0 >= 0 })
        #expect(abs(shares.values.reduce(0, +) - 1) < 1e-9)
        #expect(shares.max { $0.value < $1.value }?.key == "products")
        for part in ["loss", "update", "batch assembly"] { #expect(try #require(shares[part]) > 0) }
        // A name that the table lacks: a layer whose time nobody could account for.
        #expect(try #require(shares["other operations"]) < 0.1)
        #expect(try (#require(shares["pooling"]) > 0) == (network != "lenet-300-100"))
        #expect(try (#require(shares["batch normalisation"]) > 0) == (network == "resnet-20"))
    }

    @Test func scoringPassesHaveNoShares() throws {
        let bench = try Bench(network: "lenet-5", scoring: "magnitude-global", batch: 1, threads: 1, steps: 1)
        #expect(bench.shares == nil)
    }

    @Test func theInnermostKnownOperationDecides() {
        let node = "autograd::engine::evaluate_function: "
        let function = "torch::autograd::CppNode<(anonymous namespace)::"
        #expect(StepPart(of: ["aten::conv2d", "aten::mkldnn_convolution", "aten::empty"]) == .products)
        #expect(StepPart(of: ["\(node)\(function)Linear>", "\(function)Linear>", "aten::sum"]) == .products)
        #expect(StepPart(of: ["\(node)\(function)MaxPool>"]) == .pooling)
        // Two gradients of one tensor are added wherever the second arrives.
        #expect(StepPart(of: ["\(node)ConvolutionBackward0", "aten::add_"]) == .activations)
        #expect(StepPart(of: []) == .between)
        #expect(StepPart(of: ["aten::frobnicate", "aten::empty"]) == .other)
        #expect(StepPart.shares(of: [["aten::frobnicate"]: 3, []: 1])["other operations"] == 0.75)
    }
}
