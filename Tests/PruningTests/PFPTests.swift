import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite struct PFPTests {
    /// Two inputs, weights (1, 3) and (-1, 2), on the image (2, 1): shares 2/5 and 3/5; alone on its side, 1 and 1.
    @Test func sensitivitiesByHand() throws {
        var network = Network(name: "hand", inputShape: [2])
        try network.append("a", .linear(outputs: 2))
        try network.append("b", .linear(outputs: 2))
        func sensitivities(_ weights: [Float], _ image: [Float]) throws -> [Double] {
            var sensitivity = try ChannelSensitivity(of: network.nodes[1], weight: Tensor(weights, shape: [2, 2]))
            try sensitivity.observe(Tensor(image, shape: [image.count / 2, 2]))
            return try sensitivity.byChannel(2).toDoubles()
        }
        func expect(_ found: [Double], _ expected: [Double]) {
            for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 1e-6) }
        }
        expect(try sensitivities([1, 3, 0, 0], [2, 1]), [0.4, 0.6])
        expect(try sensitivities([1, 3, -1, 2], [2, 1]), [1, 1])
        // The largest over images, and over the positive and the negative part of one.
        expect(try sensitivities([1, 3, 0, 0], [2, 1, 3, 1]), [0.5, 0.6])
        expect(try sensitivities([1, 3, 0, 0], [-3, -1]), [0.5, 0.5])
        // What never gives anything.
        expect(try sensitivities([1, 3, 0, 0], [0, 1]), [0, 1])
    }

    /// Equal sensitivities: D(m) = n (1 - (1 - 1/n)^m), which is r - 1 at m = log(1 - (r - 1) / n) / log(1 - 1/n).
    @Test func boundsInClosedForm() throws {
        let complexity = try SampleComplexity(sensitivities: [0.5, 0.5, 0.5, 0.5], logarithm: 2)
        let bounds = complexity.bounds
        #expect(bounds[0] == SampleComplexity.largestBound)
        // S = 2 x 3 x 2 x 2.
        let s = 24.0
        for rank in 2...4 {
            let epsilon = bounds[rank - 1]
            let draws = 3 * (6 + 2 * epsilon) * s / (epsilon * epsilon)
            // (3/4)^m = 1 - (r - 1) / 4.
            var expected = 1.0
            var exponent = draws
            while exponent >= 1 {
                expected *= 0.75
                exponent -= 1
            }
            let fraction = try Tensor([0.75]).pow(exponent).item()
            #expect(abs(expected * fraction - (1 - Double(rank - 1) / 4)) < 1e-6)
        }
        #expect(bounds[1] > bounds[2] && bounds[2] > bounds[3] && bounds[3] > 0)
        // Channels that never give anything are kept under no bound.
        #expect(
            try SampleComplexity(sensitivities: [0.5, 0, 0.5], logarithm: 2).bounds.map { $0 > 0 } == [
                true, true, false,
            ])
        #expect(
            try SampleComplexity(sensitivities: [0, 0], logarithm: 2).bounds == [SampleComplexity.largestBound, 0])
    }

    /// One epsilon for all layers: each keeps the channels whose bound exceeds the recorded one, and no others.
    @Test(arguments: ["pfp", "pfp-random", "pfp-top"]) func oneErrorBoundForAllLayers(_ method: String) throws {
        let network = try Network.named("lenet-300-100", inputShape: [1, 28, 28], classes: 10)
        var kept: [[String: [Int]]] = []
        var bounds: [Double] = []
        for sparsity in [0.5, 0.7, 0.9] {
            var recorded: Double?
            let context = try groupContext(network, method) { measure, value in
                if measure == .errorBound { recorded = value }
            }
            let pruned = try pruneChannels(sparsity, in: context)
            let bound = try #require(recorded)
            let scores = try withNoGrad {
                try groupScorer(in: context).scores(of: context.eligibleGroups, in: context)
            }
            for (group, channels) in pruned.kept {
                let values = try #require(scores[group]).toDoubles()
                #expect(channels == values.indices.filter { values[$0] > bound }, "\(group)")
            }
            kept.append(pruned.kept)
            bounds.append(bound)
        }
        // Fewer channels, a larger error; what a small budget keeps, a large one keeps too.
        #expect(bounds[0] > 0 && bounds[0] < bounds[1] && bounds[1] < bounds[2])
        for (large, small) in zip(kept, kept.dropFirst()) {
            for (group, channels) in small { #expect(Set(channels).isSubset(of: try #require(large[group]))) }
        }
    }

    // MARK: - Draws

    /// First arrivals are draws with replacement: over 4,000 seeds the first channel is j with p_j, the second with
    /// sum_i p_i p_j / (1 - p_i), within four standard deviations.
    @Test func drawsFollowTheProbabilities() throws {
        let complexity = try SampleComplexity(sensitivities: [0.5, 0.3, 0.2], logarithm: 2)
        let p = complexity.probabilities
        let count = 4000
        var (first, second) = ([0, 0, 0], [0, 0, 0])
        for seed in 0..<count {
            let order = ChannelSampling(complexity, .random, seed: seed, layer: "layer").order
            first[order[0]] += 1
            second[order[1]] += 1
        }
        for channel in 0..<3 {
            let later = (0..<3).filter { $0 != channel }.reduce(0) { $0 + p[$1] * p[channel] / (1 - p[$1]) }
            for (found, share) in [(first[channel], p[channel]), (second[channel], later)] {
                let deviation = (Double(count) * share * (1 - share)).squareRoot()
                #expect(abs(Double(found) - Double(count) * share) < 4 * deviation)
            }
        }
    }

    /// Counts over m p: weighted with p they add up to the probability of all that is drawn.
    @Test func factorsMakeUpForWhatGoes() throws {
        let sensitivities = [0.9, 0.7, 0.5, 0.5, 0.3, 0.2, 0.1, 0.1]
        let complexity = try SampleComplexity(sensitivities: sensitivities, logarithm: 2)
        let p = complexity.probabilities
        for seed in 0..<20 {
            let sampling = ChannelSampling(complexity, .random, seed: seed, layer: "layer")
            let factors = try #require(sampling.factors(keeping: 5))
            let kept = Set(sampling.order.prefix(5))
            #expect(abs(kept.reduce(0) { $0 + p[$1] * factors[$1] } - 1) < 1e-12)
            #expect(factors.indices.allSatisfy { kept.contains($0) ? factors[$0] > 0 : factors[$0] == 1 })
            #expect(sampling.factors(keeping: 5) == factors)
            #expect(sampling.factors(keeping: 8) == nil)
        }
    }

    /// The top variant keeps the largest for certain and multiplies only what it draws.
    @Test func topKeepsTheLargestAndDrawsTheRest() throws {
        let sensitivities = [0.02, 0.9, 0.02, 0.8, 0.02, 0.02, 0.02, 0.02]
        let complexity = try SampleComplexity(sensitivities: sensitivities, logarithm: 2)
        let p = complexity.probabilities
        var third = Set<Int>()
        for seed in 0..<40 {
            let sampling = ChannelSampling(complexity, .top, seed: seed, layer: "layer")
            #expect(sampling.order.sorted() == Array(0..<8))
            #expect(sampling.order.prefix(2) == [1, 3])
            third.insert(sampling.order[2])
            let factors = try #require(sampling.factors(keeping: 3))
            #expect(factors[1] == 1 && factors[3] == 1)
            let drawn = sampling.order[2]
            // The only one drawn stands for all six.
            #expect(abs(factors[drawn] * p[drawn] - (1 - p[1] - p[3])) < 1e-12)
        }
        #expect(third.count > 2)
        let other = ChannelSampling(complexity, .deterministic, seed: 0, layer: "layer")
        #expect(other.order == [1, 3, 0, 2, 4, 5, 6, 7])
        #expect(other.factors(keeping: 3) == nil)
    }

    /// What reads a drawn channel is multiplied; the deterministic variant changes nothing.
    @Test(arguments: ["pfp", "pfp-random"]) func onlyReadersAreMultiplied(_ method: String) throws {
        let context = try groupContext(coupled(), method)
        let pruned = try pruneChannels(0.5, in: context)
        let changed = try Set(
            context.parameters.keys.filter { name in
                try distance(#require(pruned.parameters[name]), context.parameter(name)) > 0
            })
        let readers: Set<String> = ["conv2.weight", "conv3.weight", "conv4.weight", "fc1.weight", "fc2.weight"]
        #expect(method == "pfp" ? changed.isEmpty : !changed.isEmpty && changed.isSubset(of: readers))
    }
}
