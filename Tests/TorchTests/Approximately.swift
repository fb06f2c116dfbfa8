import Testing

@testable import Torch

/// Expects equal shapes and elements within `tolerance` of each other (absolute, or relative where larger than 1).
func expectClose(
    _ found: Tensor, _ expected: Tensor, tolerance: Double = 1e-6,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(found.shape == expected.shape, sourceLocation: sourceLocation)
    try expectClose(
        try found.toDoubles(), try expected.toDoubles(), tolerance: tolerance, sourceLocation: sourceLocation)
}

func expectClose(
    _ found: [Double], _ expected: [Double], tolerance: Double = 1e-6,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    try #require(found.count == expected.count, sourceLocation: sourceLocation)
    for (index, (a, b)) in zip(found, expected).enumerated() {
        let same = a == b || (a.isNaN && b.isNaN) || abs(a - b) <= tolerance * max(1, abs(b))
        #expect(same, "element \(index): \(a) instead of \(b)", sourceLocation: sourceLocation)
    }
}

/// A float64 tensor of `shape` with values that repeat nowhere and tie nowhere.
func ramp(_ shape: [Int], scale: Double = 0.37, offset: Double = -1.1, dtype: DType = .float64) throws -> Tensor {
    let count = shape.reduce(1, *)
    let modulus = count * 3 + 1
    let values = (0..<count).map { (index: Int) -> Double in
        Double((index * 7919) % modulus) / Double(modulus) * scale * 10 + offset
    }
    return try Tensor(values, shape: shape).to(dtype)
}
