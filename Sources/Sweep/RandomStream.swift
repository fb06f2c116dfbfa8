internal import Crypto
internal import Foundation

/// Reproducible random numbers: a function of (seed, purpose, detail), never of what was drawn before elsewhere.
///
/// The first eight bytes of SHA-256 over "seed/purpose/detail" start a SplitMix64 generator (Steele, Lea, Flood 2014,
/// "Fast splittable pseudorandom number generators"). Integer arithmetic only, so every machine draws the same bits.
package struct RandomStream: Sendable {
    private var state: UInt64

    /// - Parameters:
    ///   - purpose: What the numbers decide: "initialisation", "validation", "order", ...
    ///   - detail: Which one of them: a parameter's name, an epoch.
    package init(seed: Int, purpose: String, detail: String = "") {
        let digest = SHA256.hash(data: Data("\(seed)/\(purpose)/\(detail)".utf8))
        state = digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Sixty-four random bits.
    package mutating func bits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Uniform in 0..<1, on a grid of 2^-24: every value is exact as a Float.
    package mutating func uniform() -> Float {
        Float(bits() >> 40) * 0x1p-24
    }

    /// Uniform in 0..<count; count is at least 1.
    package mutating func integer(below count: Int) -> Int {
        // The high half of the product is uniform but for a bias below count / 2^64.
        Int(bits().multipliedFullWidth(by: UInt64(count)).high)
    }

    /// The stream as it is after `count` more draws of ``bits()``, without drawing them.
    package func advanced(by count: Int) -> RandomStream {
        var later = self
        later.state &+= 0x9E37_79B9_7F4A_7C15 &* UInt64(truncatingIfNeeded: count)
        return later
    }

    /// The numbers 0..<count in random order (Fisher, Yates).
    package mutating func permutation(_ count: Int) -> [Int64] {
        var order = (0..<Int64(count)).map { $0 }
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, integer(below: last + 1))
        }
        return order
    }
}
