import Testing

@testable import Torch

@Suite struct GeneratorTests {
    @Test func aSeedDecidesEverything() throws {
        func draw(_ seed: UInt64) throws -> [[Double]] {
            let generator = try Generator(seed: seed)
            return [
                try generator.normal([20]).toDoubles(), try generator.uniform([20], low: -1, high: 2).toDoubles(),
                try generator.permutation(20).toDoubles(), try generator.bernoulli([20], probability: 0.5).toDoubles(),
            ]
        }
        #expect(try draw(7) == draw(7))
        for (a, b) in zip(try draw(7), try draw(8)) { #expect(a != b) }
        #expect(try draw(1 << 63) != draw(0))
    }

    /// `torch.Generator().manual_seed(7)`: randperm(6), then three uniform numbers.
    @Test func streamsAreThoseOfPyTorch() throws {
        let generator = try Generator(seed: 7)
        #expect(try generator.permutation(6).toInts() == [3, 0, 1, 5, 2, 4])
        try expectClose(try generator.uniform([3]).toDoubles(), [0.4250614047, 0.2070860267, 0.6297363639])
    }

    @Test func streamsDoNotDisturbEachOther() throws {
        let alone = try Generator(seed: 1)
        let expected = [try alone.normal([8]).toDoubles(), try alone.normal([8]).toDoubles()]
        let one = try Generator(seed: 1)
        let other = try Generator(seed: 2)
        let first = try one.normal([8]).toDoubles()
        _ = try other.normal([8])
        #expect(try [first, one.normal([8]).toDoubles()] == expected)
    }

    @Test func distributions() throws {
        let generator = try Generator(seed: 11)
        let normal = try generator.normal([100_000], mean: 3, deviation: 2, dtype: .float64)
        #expect(abs(try normal.mean().item() - 3) < 0.03)
        #expect(abs(try (normal - 3).square().mean().item() - 4) < 0.08)
        let uniform = try generator.uniform([100_000], low: -1, high: 3)
        #expect(try uniform.amin().item() >= -1 && uniform.amax().item() < 3)
        #expect(abs(try uniform.mean().item() - 1) < 0.02)
        #expect(abs(try generator.bernoulli([100_000], probability: 0.3).to(.float32).mean().item() - 0.3) < 0.01)
        #expect(try generator.permutation(1000).toInts().sorted() == Array(0..<1000))
    }
}
