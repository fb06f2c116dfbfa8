import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

/// What holds for every method that removes channels.
@Suite(.timeLimit(.minutes(2))) struct ShrinkingMethodTests {
    static let networks = [
        ("lenet-5", [1, 28, 28]), ("vgg-16-bn", [3, 32, 32]), ("resnet-20", [3, 32, 32]),
        ("mobilenet-v1", [3, 32, 32]),
    ]

    /// The smaller network's logits are those of the whole one in which what was removed is zero: to 1e-5, as sums come in
    /// another order.
    @Test(arguments: networks, groupScorers)
    func shrunkEqualsMasked(_ which: (name: String, shape: [Int]), _ method: String) throws {
        let network = try Network.named(which.name, inputShape: which.shape, classes: 10)
        let context = try groupContext(network, method, images: 2, samples: 50)
        let pruned = try pruneChannels(0.6, in: context)
        var masked = pruned.parameters
        for (name, mask) in try network.masks(keeping: pruned.kept) {
            masked[name] = try #require(masked[name]).maskedFill(mask.not(), 0)
        }
        let images = try randomImages(2, network, seed: 9).inputs
        let (dense, expected, found) = try withNoGrad {
            (
                try network.forward(images, context.parameters), try network.forward(images, masked),
                try pruned.rewriting.network.forward(images, pruned.rewriting.parameters)
            )
        }
        #expect(try distance(found, expected) <= 1e-5)
        #expect(try distance(found, dense) > 1e-3)
        let left = try network.masks(keeping: pruned.kept).mapValues { try $0.countNonzero().itemInt() }
        #expect(pruned.rewriting.network.macs == network.macs { left[$0.name] ?? $0.count })
        #expect(abs(try context.sparsity(of: pruned.rewriting.network, nil) - 0.6) <= Level.tolerance)
    }

    @Test(
        arguments: [
            ("lenet-300-100", [1, 28, 28]), ("lenet-5", [1, 28, 28]), ("resnet-20", [3, 32, 32]),
            ("vgg-16-bn", [3, 32, 32]),
        ], [Allocation.global, .uniform])
    func meetsTheSparsity(_ which: (name: String, shape: [Int]), _ allocation: Allocation) throws {
        let network = try Network.named(which.name, inputShape: which.shape, classes: 10)
        let context = try groupContext(network, "filter-l1", allocation: allocation)
        let groups = context.eligibleGroups
        for method in ["filter-l1", "filter-random"] {
            let scorer: any GroupScorer = method == "filter-l1" ? FilterNorm() : RandomFilters()
            let scores = try scorer.scores(of: groups, in: context)
            let selection = try ChannelSelection(context, groups: groups, scores: scores, allocation: allocation)
            for sparsity in [0.0, 0.3, 0.5, 0.7, 0.9] {
                let masks = try Masks(network.masks(keeping: selection.kept(sparsity: sparsity)), of: network)
                #expect(abs(try masks.sparsity() - sparsity) <= Level.tolerance, "\(method) \(sparsity)")
            }
        }
    }

    /// A cascade: the second level starts from the smaller network, and both count from the dense one.
    @Test(arguments: groupScorers) func prunesWhatIsSmallerAlready(_ method: String) throws {
        let network = try Network.named("lenet-5", inputShape: [1, 28, 28], classes: 10)
        let first = try groupContext(network, method)
        let half = try pruneChannels(0.5, in: first).rewriting
        let second = try PruningContext(
            network: half.network, parameters: half.parameters, dense: network, pruning: first.pruning, seed: 0,
            examples: first.examples)
        let last = try pruneChannels(0.8, in: second).rewriting
        #expect(abs(try second.sparsity(of: last.network, nil) - 0.8) <= Level.tolerance)
        for (small, smaller) in zip(half.network.nodes, last.network.nodes) {
            #expect(smaller.outputShape[0] <= small.outputShape[0])
        }
    }

    // MARK: - Layers

    @Test func onlySelectedLayersLoseChannels() throws {
        let network = try Network.named("lenet-5", inputShape: [1, 28, 28], classes: 10)
        func kept(_ layers: LayerSelection) throws -> [String: Int] {
            let context = try groupContext(network, "filter-l1", layers: layers)
            return try pruneChannels(0.5, in: context).kept.mapValues(\.count)
        }
        #expect(Set(try kept(.all).keys) == ["conv1", "conv2", "fc1"])
        #expect(Set(try kept(LayerSelection(exclude: ["first"])).keys) == ["conv2", "fc1"])
        let linear = try kept(LayerSelection(include: ["linear"]))
        #expect(Set(linear.keys) == ["fc1"])
        // 810 of the 430,500 weights go with each neuron.
        #expect(try #require(linear["fc1"]) == 500 - Int((430_500.0 / 2 / 810).rounded()))
        // What comes last has outputs that stay and inputs that go.
        #expect(try kept(LayerSelection(exclude: ["last"])) == kept(.all))
    }

    /// Channels that are added up go only where every layer that gives them may be pruned.
    @Test func coupledLayersAreSelectedTogether() throws {
        let network = try coupled()
        func names(_ layers: LayerSelection) throws -> [String] {
            try groupContext(network, "filter-l1", layers: layers).eligibleGroups.map(\.name)
        }
        #expect(try names(.all) == ["conv1", "conv2", "conv4", "fc1"])
        #expect(try names(LayerSelection(exclude: ["conv3"])) == ["conv2", "conv4", "fc1"])
        #expect(try names(LayerSelection(exclude: ["first"])) == ["conv2", "conv4", "fc1"])
    }
}
