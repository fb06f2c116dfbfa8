internal import CTorch

extension Tensor {
    /// The reduced singular value decomposition of a matrix (m, n): self = u * diag(s) * vh with u (m, k), s (k) from the
    /// largest down, vh (k, n), k = min(m, n).
    package func svd() throws(TorchError) -> (u: Tensor, s: Tensor, vh: Tensor) {
        var (s, vh): (OpaquePointer?, OpaquePointer?)
        let u = try make("svd") { ct_svd(handle, $0, &s, &vh) }
        guard let s, let vh else {
            throw TorchError(operation: "svd", code: .internal, message: "no singular values were returned")
        }
        return (u, Tensor(adopting: s), Tensor(adopting: vh))
    }

    /// The eigenvalues (n) of a symmetric matrix (n, n), from the smallest up, and its orthonormal eigenvectors, the columns
    /// of (n, n). Only the lower triangle is read.
    package func symmetricEigen() throws(TorchError) -> (values: Tensor, vectors: Tensor) {
        var vectors: OpaquePointer?
        let values = try make("symmetricEigen") { ct_eigh(handle, $0, &vectors) }
        guard let vectors else {
            throw TorchError(operation: "symmetricEigen", code: .internal, message: "no eigenvectors were returned")
        }
        return (values, Tensor(adopting: vectors))
    }

    /// The X (n, k) of least squared error of self (m, n) * X = targets (m, k); of several, the one of least norm.
    package func leastSquares(_ targets: Tensor) throws(TorchError) -> Tensor {
        try make("leastSquares") { ct_least_squares(handle, targets.handle, $0) }
    }
}
