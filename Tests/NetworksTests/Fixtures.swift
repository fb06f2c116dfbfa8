import Sweep
import Testing
import Torch

@testable import Networks

extension Network {
    /// Values as training might leave them: normalisations that do something.
    func livelyParameters(seed: Int) throws -> [String: Tensor] {
        var tensors = try initialParameters(seed: seed)
        for value in values {
            var stream = RandomStream(seed: seed, purpose: "test", detail: value.name)
            let generator = try Generator(seed: stream.bits())
            switch value.kind {
            case .weight, .bias: continue
            case .scale, .variance: tensors[value.name] = try generator.uniform(value.shape, low: 0.5, high: 1.5)
            case .shift, .mean: tensors[value.name] = try generator.normal(value.shape, deviation: 0.3)
            }
        }
        return tensors
    }

    /// A random choice of channels for every group, never none.
    func randomChannels(share: Double, seed: Int) -> [String: [Int]] {
        var kept: [String: [Int]] = [:]
        for group in channelGroups {
            var stream = RandomStream(seed: seed, purpose: "test", detail: group.name)
            let count = max(1, Int((Double(group.channels) * share).rounded()))
            kept[group.name] = stream.permutation(group.channels).prefix(count).map(Int.init).sorted()
        }
        return kept
    }

    func input(batch: Int, seed: UInt64 = 1) throws -> Tensor {
        try Generator(seed: seed).normal([batch] + inputShape)
    }
}

/// The largest difference, as a share of the largest value where that exceeds 1.
func distance(_ a: Tensor, _ b: Tensor) throws -> Double {
    let scale = try max(1, b.abs().amax().item())
    return try (a - b).abs().amax().item() / scale
}
