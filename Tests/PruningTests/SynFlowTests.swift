import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite(.timeLimit(.minutes(3))) struct SynFlowTests {
    /// Theorem 1 of the paper: without biases, what every layer carries adds up to what comes out.
    @Test func theFlowIsConservedLayerByLayer() throws {
        var network = Network(name: "bias-free", inputShape: [2, 8, 8])
        try network.append("conv1", .convolution(outputs: 5, kernel: 3, bias: false))
        try network.append("relu1", .relu)
        try network.append("pool", .maxPool(size: 2))
        try network.append("conv2", .convolution(outputs: 4, kernel: 3, padding: 1, bias: false))
        try network.append("relu2", .relu)
        try network.append("flatten", .flatten)
        try network.append("fc1", .linear(outputs: 7, bias: false))
        try network.append("relu3", .relu)
        try network.append("fc2", .linear(outputs: 3, bias: false))
        let context = try context(network, method: "synflow")
        let scores = try withNoGrad { try SynFlow().scores(in: context) }
        let sums = try network.prunable.map { try #require(scores[$0.name]).sum().item() }
        let absolute = try context.parameters.mapValues { try $0.to(.float64).abs() }
        let flow = try network.forward(Tensor.ones([1, 2, 8, 8], dtype: .float64), absolute).sum().item()
        #expect(sums.allSatisfy { abs($0 - flow) <= 1e-12 * flow }, "\(sums), \(flow)")
    }

    /// One weight of a thousand left after the paper's 100 rounds: magnitude cuts the network in two, SynFlow does not.
    ///
    /// In so small a residual network whole branches go (in PyTorch too); the way around them carries the flow.
    @Test(arguments: [("lenet-5", [1, 28, 28]), ("resnet-20", [3, 8, 8]), ("vgg-16-bn", [3, 32, 32])])
    func noLayerCollapses(_ name: String, _ shape: [Int]) throws {
        // As workers do. Threads beyond the free cores make a round several times slower: they wait for each other.
        try setThreads(1)
        try keepFreedMemory()
        let network = try Network.named(name, inputShape: shape, classes: 10)
        let synflow = try context(network, method: "synflow")
        #expect(synflow.pruning.knobs["rounds"] == 100)
        let masks = try #require(try prune(0.999, in: synflow).masks)
        #expect(try masks.collapsedParameter() == nil)
        #expect(
            try masks.prunableNonzero() == network.prunableCount
                - Int((0.999 * Double(network.prunableCount)).rounded()))
        let magnitude = try context(network, method: "magnitude-global")
        #expect(try prune(0.999, in: magnitude).masks?.collapsedParameter() != nil)
    }

    /// Negative control: without taking turns it is the paper's figure 2, where layers are emptied.
    @Test func oneRoundCollapses() throws {
        let network = try Network.named("lenet-5", inputShape: [1, 28, 28], classes: 10)
        let once = try context(network, method: "synflow", knobs: ["rounds": 1])
        #expect(try prune(0.999, in: once).masks?.collapsedParameter() != nil)
    }

    @Test func deepNetworksStayFinite() throws {
        let network = try Network.named("resnet-110", inputShape: [3, 8, 8], classes: 10)
        let scores = try withNoGrad { try SynFlow().scores(in: context(network, method: "synflow")) }
        #expect(try scores.values.allSatisfy { try $0.isAllFinite })
        // Single precision ends at 3.4e38.
        #expect(try #require(scores["conv1.weight"]).sum().item() > 1e39)
    }
}
