internal import Foundation
internal import Sweep

/// Which channels of a layer come first, and how much each counts, in one of PFP's three ways.
struct ChannelSampling {
    /// All channels; the first n are those that stay where n do.
    let order: [Int]
    private let variant: PFP.Variant
    private let probabilities: [Double]
    /// When a Poisson process of each channel's probability as its rate brings the channel for the first time: draws
    /// with replacement come in this order.
    private let arrivals: [Double]
    /// By place in the order, whether the channel is kept for its probability and not drawn.
    private let isCertain: [Bool]
    private let seed: Int
    private let layer: String

    init(_ complexity: SampleComplexity, _ variant: PFP.Variant, seed: Int, layer: String) {
        self.variant = variant
        self.seed = seed
        self.layer = layer
        let probabilities = complexity.probabilities
        self.probabilities = probabilities
        var stream = RandomStream(seed: seed, purpose: "pfp", detail: layer)
        let arrivals = probabilities.map { stream.exponential() / $0 }
        self.arrivals = arrivals
        let likely = probabilities.indices.sorted { (-probabilities[$0], $0) < (-probabilities[$1], $1) }
        let early = probabilities.indices.sorted { (arrivals[$0], $0) < (arrivals[$1], $1) }
        switch variant {
        case .deterministic:
            order = likely
            isCertain = likely.map { _ in true }
        case .random:
            order = early
            isCertain = early.map { _ in false }
        case .top:
            var (order, isCertain): ([Int], [Bool]) = ([], [])
            var taken = Set<Int>()
            var (nextLikely, nextEarly) = (likely[...], early[...])
            for count in 1...max(probabilities.count, 1) where count <= probabilities.count {
                nextLikely = nextLikely.drop { taken.contains($0) }
                nextEarly = nextEarly.drop { taken.contains($0) }
                // The draws that so many channels need.
                let draws = count < complexity.draws.count ? complexity.draws[count] : .infinity
                guard let top = nextLikely.first, let drawn = nextEarly.first else { break }
                // A single one is the most likely, as in the authors' code.
                let certain = count == 1 || probabilities[top] * draws >= 1
                order.append(certain ? top : drawn)
                isCertain.append(certain)
                taken.insert(certain ? top : drawn)
            }
            self.order = order
            self.isCertain = isCertain
        }
    }

    /// What to multiply each channel with where the first `count` stay; nil where nothing is to be changed.
    func factors(keeping count: Int) -> [Double]? {
        let drawn = (0..<count).filter { !isCertain[$0] }.map { order[$0] }
        // Just before the next channel comes.
        let time = order[count...].map { arrivals[$0] }.min() ?? .infinity
        guard variant != .deterministic, !drawn.isEmpty, time < .infinity else { return nil }
        var stream = RandomStream(seed: seed, purpose: "pfp-counts", detail: layer)
        let counts = drawn.map { 1 + stream.poisson(mean: probabilities[$0] * (time - arrivals[$0])) }
        let draws = counts.reduce(0, +)
        let certain = (0..<count).filter { isCertain[$0] }.reduce(0) { $0 + probabilities[order[$1]] }
        var factors = [Double](repeating: 1, count: probabilities.count)
        for (channel, count) in zip(drawn, counts) {
            factors[channel] = count / (draws * probabilities[channel] / (1 - certain))
        }
        return factors
    }
}

extension RandomStream {
    /// Of mean 1, above 0.
    fileprivate mutating func exponential() -> Double {
        -log(1 - (Double(bits() >> 11) + 0.5) * 0x1p-53)
    }

    /// How many events of rate 1 come before `mean`; beyond a thousand the normal approximation.
    fileprivate mutating func poisson(mean: Double) -> Double {
        guard mean < 1000 else {
            let (radius, angle) = ((2 * exponential()).squareRoot(), 2 * Double.pi * Double(uniform()))
            return max((mean + mean.squareRoot() * radius * cos(angle)).rounded(), 0)
        }
        var count = 0.0
        var time = exponential()
        while time < mean {
            count += 1
            time += exponential()
        }
        return count
    }
}
