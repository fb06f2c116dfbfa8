internal import CTorch

// Without dimensions, a reduction runs over the whole tensor and gives a tensor with one element and no dimensions.

extension Tensor {
    func reduce(
        _ operation: String, _ op: ct_reduction, _ dimensions: [Int], _ keep: Bool
    ) throws(TorchError) -> Tensor {
        try make(operation) { ct_reduce(op, handle, dimensions, dimensions.count, keep, $0) }
    }

    package func sum(_ dimensions: [Int] = [], keepDimensions: Bool = false) throws(TorchError) -> Tensor {
        try reduce("sum", ct_sum, dimensions, keepDimensions)
    }

    package func mean(_ dimensions: [Int] = [], keepDimensions: Bool = false) throws(TorchError) -> Tensor {
        try reduce("mean", ct_mean, dimensions, keepDimensions)
    }

    /// The largest element.
    package func amax(_ dimensions: [Int] = [], keepDimensions: Bool = false) throws(TorchError) -> Tensor {
        try reduce("amax", ct_amax, dimensions, keepDimensions)
    }

    /// The smallest element.
    package func amin(_ dimensions: [Int] = [], keepDimensions: Bool = false) throws(TorchError) -> Tensor {
        try reduce("amin", ct_amin, dimensions, keepDimensions)
    }

    /// The Euclidean norm.
    package func norm(_ dimensions: [Int] = [], keepDimensions: Bool = false) throws(TorchError) -> Tensor {
        try reduce("norm", ct_norm, dimensions, keepDimensions)
    }

    package func all(_ dimensions: [Int] = [], keepDimensions: Bool = false) throws(TorchError) -> Tensor {
        try reduce("all", ct_all, dimensions, keepDimensions)
    }

    package func any(_ dimensions: [Int] = [], keepDimensions: Bool = false) throws(TorchError) -> Tensor {
        try reduce("any", ct_any, dimensions, keepDimensions)
    }

    /// How many elements are not zero, as int64.
    package func countNonzero(_ dimensions: [Int] = []) throws(TorchError) -> Tensor {
        try reduce("countNonzero", ct_count_nonzero, dimensions, false)
    }

    /// Whether every element is finite.
    package var isAllFinite: Bool {
        get throws(TorchError) { try isFinite().all().itemInt() != 0 }
    }

    package func cumsum(dimension: Int = 0) throws(TorchError) -> Tensor {
        try make("cumsum") { ct_cumsum(handle, dimension, $0) }
    }

    // MARK: - Order

    /// The position of the largest element along one dimension, the first of equals, as int64.
    package func argmax(dimension: Int = -1) throws(TorchError) -> Tensor {
        try make("argmax") { ct_argmax(handle, dimension, $0) }
    }

    /// Sorts along one dimension. Stable: equal elements keep their order, so values and indices are unique.
    package func sort(
        dimension: Int = -1, descending: Bool = false
    ) throws(TorchError) -> (values: Tensor, indices: Tensor) {
        var indices: OpaquePointer?
        let values = try make("sort") { ct_sort(handle, dimension, descending, $0, &indices) }
        guard let indices else {
            throw TorchError(operation: "sort", code: .internal, message: "no indices were returned")
        }
        return (values, Tensor(adopting: indices))
    }

    package func argsort(dimension: Int = -1, descending: Bool = false) throws(TorchError) -> Tensor {
        try sort(dimension: dimension, descending: descending).indices
    }

    /// The `k` largest elements along one dimension, or the smallest; of equals, those that come first.
    package func topk(
        _ k: Int, dimension: Int = -1, largest: Bool = true
    ) throws(TorchError) -> (values: Tensor, indices: Tensor) {
        let sorted = try sort(dimension: dimension, descending: largest)
        return (
            try sorted.values.narrow(dimension: dimension, start: 0, length: k),
            try sorted.indices.narrow(dimension: dimension, start: 0, length: k)
        )
    }

    /// The `k`-th smallest element of the whole tensor, `k` from 1.
    package func kthValue(_ k: Int) throws(TorchError) -> Double {
        guard k >= 1, k <= count else {
            throw TorchError(
                operation: "kthValue", code: .invalidArgument,
                message: "k = \(k) lies outside 1...\(count), the number of elements")
        }
        return try make("kthValue") { ct_kth_value(handle, k, $0) }.item()
    }
}
