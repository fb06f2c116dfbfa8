import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite struct FilterScoreTests {
    @Test func distancesByHand() throws {
        let rows = try Tensor([0, 0, 3, 4, 0, 1] as [Double], shape: [3, 2])
        let distances = try FPGM.distances(rows)
        let far = 18.0.squareRoot()
        for (found, expected) in zip(distances, [6.0, 5 + far, 1 + far]) { #expect(abs(found - expected) < 1e-12) }
        #expect(try FPGM.distances(Tensor([1e6, 1e6, 1e6, 1e6] as [Double], shape: [2, 2])) == [0, 0])
    }

    @Test func normsCompeteByTheirLayersMean() throws {
        let network = try tiny()
        var parameters = try lively(network)
        parameters["a.weight"] = try Tensor([1, -2, 0, 4, 1, -4] as [Float], shape: [2, 3])
        let context = try context(network, method: "filter-l1", parameters: parameters)
        let scores = try FilterNorm().scores(of: context.eligibleGroups, in: context)
        #expect(try #require(scores["a"]).toDoubles() == [0.5, 1.5])
        // A layer without a weight other than zero gives no reason to be preferred.
        parameters["a.weight"] = try Tensor.zeros([2, 3])
        let nothing = try PruningTests.context(network, method: "filter-l1", parameters: parameters)
        #expect(try FilterNorm().scores(of: nothing.eligibleGroups, in: nothing)["a"]?.toDoubles() == [0, 0])
    }

    /// Weights that are no numbers must not pass for the smallest ones.
    @Test(arguments: ["filter-l1", "fpgm"]) func aDivergedNetworkIsRefused(_ method: String) throws {
        let network = try tiny()
        var parameters = try lively(network)
        parameters["a.weight"] = try Tensor([1, -2, 0, .nan, 1, -4] as [Float], shape: [2, 3])
        let context = try context(network, method: method, parameters: parameters)
        let error = #expect(throws: PruningError.self) {
            try Methods.method(of: context.pruning).prune(context.aiming(at: .sparsity(0.5)))
        }
        #expect(error?.description.contains("not finite") == true)
    }

    @Test func randomFiltersDependOnTheSeedAlone() throws {
        func scores(_ seed: Int) throws -> [Double] {
            let context = try groupContext(coupled(), "filter-random", seed: seed)
            return try #require(RandomFilters().scores(of: context.eligibleGroups, in: context)["fc1"]).toDoubles()
        }
        #expect(try scores(1) == scores(1))
        #expect(try scores(1) != scores(2))
    }

    // MARK: - PyTorch

    /// The same scores by PyTorch on the same values and images: relative error at most 1e-4.
    @Test(.timeLimit(.minutes(1)), .pyTorch, arguments: ["filter-l1", "fpgm", "thinet", "pfp"])
    func pyTorchAgrees(_ method: String) throws {
        let context = try groupContext(coupled(), method)
        let groups = context.eligibleGroups
        let expected = try Self.reference(method, context)
        let scores = try withNoGrad { try groupScorer(in: context).scores(of: groups, in: context) }
        #expect(scores.count == 4 && expected.count >= 4)
        for group in groups {
            try Self.compare(#require(scores[group.name]).toDoubles(), expected[group.name], "\(method) \(group.name)")
        }
        // The script notices a difference: other values, the same scores.
        let other = try PruningTests.context(
            context.network, method: method, knobs: context.pruning.knobs, parameters: lively(context.network, seed: 8),
            images: context.examples.first(20))
        #expect(try Self.reference(method, other)["fc1"] != expected["fc1"])
        guard method == "thinet" else { return }
        // The factors of the readers, where the even channels stay.
        let kept = Dictionary(
            uniqueKeysWithValues: groups.map { ($0.name, Array(stride(from: 0, to: $0.channels, by: 2))) })
        let values = try withNoGrad {
            try ThiNet().compensation(for: kept, of: groups, scores: scores, in: context)
        }
        for (reader, channels) in [("conv2", 8), ("conv4", 8), ("conv3", 6), ("fc1", 10), ("fc2", 12)] {
            let before = try context.parameter("\(reader).weight")
            let ratio = try (#require(values["\(reader).weight"]) / before).reshape([before.shape[0], channels, -1])
            try Self.compare(
                ratio.narrow(dimension: 0, start: 1, length: 1).mean([0, 2]).toDoubles(), expected["\(reader).factors"],
                "factors of \(reader)")
        }
    }

    private static func compare(_ found: [Double], _ expected: [Double]?, _ what: String) throws {
        let expected = try #require(expected)
        #expect(found.count == expected.count)
        for (found, expected) in zip(found, expected) {
            #expect(abs(found - expected) <= 1e-4 * max(abs(expected), 1e-12), "\(what): \(found), PyTorch \(expected)")
        }
    }

    private static func reference(_ method: String, _ context: PruningContext) throws -> [String: [Double]] {
        var tensors = context.parameters
        tensors["inputs"] = try context.examples.first(20).inputs
        if method == "thinet" {
            for node in context.network.nodes where node.weightShape != nil {
                let samples = ThiNet.samples(of: node, 200, images: 20, seed: context.seed)
                let flat = samples.flatMap { [$0.image, $0.position, $0.output].map(Int64.init) }
                tensors["\(node.name).samples"] = try Tensor(flat, shape: [samples.count, 3])
            }
        }
        return try PyTorch.run("reference_groups.py", method, tensors: tensors).mapValues { try $0.toDoubles() }
    }
}
