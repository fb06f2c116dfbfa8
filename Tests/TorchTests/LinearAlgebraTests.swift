import Testing

@testable import Torch

@Suite struct LinearAlgebraTests {
    /// diag(3, 2) turned: the singular values are known, the factors are orthonormal and their product is the matrix.
    @Test func singularValues() throws {
        let x = try Tensor([0, 2, 3, 0, 0, 0] as [Double], shape: [3, 2])
        for matrix in [x, try x.transposed()] {
            let (u, s, vh) = try matrix.svd()
            #expect((u.shape, s.shape, vh.shape) == ([matrix.shape[0], 2], [2], [2, matrix.shape[1]]))
            try expectClose(try s.toDoubles(), [3, 2], tolerance: 1e-12)
            try expectClose(try (u * s).matmul(vh), matrix, tolerance: 1e-12)
            let identity = try Tensor([1, 0, 0, 1] as [Double], shape: [2, 2])
            try expectClose(try u.transposed().matmul(u), identity, tolerance: 1e-12)
            try expectClose(try vh.matmul(vh.transposed()), identity, tolerance: 1e-12)
        }
    }

    /// [[2, 1], [1, 2]]: 1 and 3, on the two diagonals.
    @Test func eigenvaluesOfASymmetricMatrix() throws {
        let x = try Tensor([2, 1, 1, 2] as [Double], shape: [2, 2])
        let (values, vectors) = try x.symmetricEigen()
        try expectClose(try values.toDoubles(), [1, 3], tolerance: 1e-12)
        try expectClose(try (vectors * values).matmul(vectors.transposed()), x, tolerance: 1e-12)
        #expect(throws: TorchError.self) { try x.narrow(dimension: 0, start: 0, length: 1).symmetricEigen() }
    }

    /// A line through (0, 1), (1, 3), (2, 4): slope 3/2, intercept 7/6.
    @Test func leastSquaresFitsALine() throws {
        let x = try Tensor([0, 1, 1, 1, 2, 1] as [Double], shape: [3, 2])
        let y = try Tensor([1, 3, 4] as [Double], shape: [3, 1])
        try expectClose(try x.leastSquares(y).toDoubles(), [1.5, 7.0 / 6], tolerance: 1e-12)
    }

    /// Two equal columns share the coefficient: of all solutions, the one of least norm.
    @Test func leastSquaresOfDependentColumns() throws {
        let x = try Tensor([1, 1, 2, 2, 3, 3] as [Double], shape: [3, 2])
        let y = try Tensor([2, 4, 6] as [Double], shape: [3, 1])
        try expectClose(try x.leastSquares(y).toDoubles(), [1, 1], tolerance: 1e-12)
        #expect(throws: TorchError.self) { try x.leastSquares(try y.reshape([1, 3])) }
    }
}
