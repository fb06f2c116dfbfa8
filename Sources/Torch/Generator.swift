internal import CTorch

/// A stream of random tensors that depends on its seed alone.
///
/// Nothing here touches libtorch's global generator: whoever needs randomness derives a seed from what it is for.
package final class Generator {
    let handle: OpaquePointer

    /// libtorch's Mersenne twister takes 32 bits of seed, so both halves are folded into one; seeds below 2^32 are
    /// `torch.manual_seed`'s.
    package init(seed: UInt64) throws(TorchError) {
        var handle: OpaquePointer?
        try check("Generator(seed:)", ct_generator_new((seed ^ seed >> 32) & 0xFFFF_FFFF, &handle))
        guard let handle else {
            throw TorchError(operation: "Generator(seed:)", code: .internal, message: "no generator was returned")
        }
        self.handle = handle
    }

    deinit {
        ct_generator_free(handle)
    }

    package func normal(
        _ shape: [Int], mean: Double = 0, deviation: Double = 1, dtype: DType = .float32
    ) throws(TorchError) -> Tensor {
        try make("normal") { ct_normal(handle, shape, shape.count, mean, deviation, dtype.code, $0) }
    }

    /// Uniform over `low ..< high`.
    package func uniform(
        _ shape: [Int], low: Double = 0, high: Double = 1, dtype: DType = .float32
    ) throws(TorchError) -> Tensor {
        try make("uniform") { ct_uniform(handle, shape, shape.count, low, high, dtype.code, $0) }
    }

    /// Bool tensor, true with `probability`.
    package func bernoulli(_ shape: [Int], probability: Double) throws(TorchError) -> Tensor {
        try make("bernoulli") { ct_bernoulli(handle, shape, shape.count, probability, $0) }
    }

    /// A random order of 0 ..< count as int64.
    package func permutation(_ count: Int) throws(TorchError) -> Tensor {
        try make("permutation") { ct_permutation(handle, count, $0) }
    }
}
