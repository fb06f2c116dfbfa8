internal import CTorch

// Dimensions count from 0; negative ones count from the end.

extension Tensor {
    /// The same elements in row-major order under another shape; one size may be -1. A view where possible.
    package func reshape(_ shape: [Int]) throws(TorchError) -> Tensor {
        try make("reshape") { ct_reshape(handle, shape, shape.count, $0) }
    }

    /// Joins all dimensions from `start` on into one.
    package func flatten(from start: Int = 0) throws(TorchError) -> Tensor {
        try reshape(Array(shape.prefix(start)) + [-1])
    }

    /// Dimension `i` of the result is dimension `order[i]`. A view.
    package func permute(_ order: [Int]) throws(TorchError) -> Tensor {
        try make("permute") { ct_permute(handle, order, order.count, $0) }
    }

    /// The transpose of a matrix. A view.
    package func transposed() throws(TorchError) -> Tensor { try permute([1, 0]) }

    /// Repeats dimensions of size 1 up to `shape` without copying. A view.
    package func expand(_ shape: [Int]) throws(TorchError) -> Tensor {
        try make("expand") { ct_expand(handle, shape, shape.count, $0) }
    }

    /// Elements `start ..< start + length` of one dimension. A view.
    package func narrow(dimension: Int, start: Int, length: Int) throws(TorchError) -> Tensor {
        try make("narrow") { ct_narrow(handle, dimension, start, length, $0) }
    }

    /// The slices of one dimension that `indices` (int64, one-dimensional) lists.
    package func indexSelect(dimension: Int = 0, _ indices: Tensor) throws(TorchError) -> Tensor {
        try make("indexSelect") { ct_index_select(handle, dimension, indices.handle, $0) }
    }

    /// Along one dimension, the element at each position's index.
    package func gather(dimension: Int, _ indices: Tensor) throws(TorchError) -> Tensor {
        try make("gather") { ct_gather(handle, dimension, indices.handle, $0) }
    }

    /// A copy in which, along one dimension, the element at each index is `source`'s.
    package func scatter(dimension: Int, _ indices: Tensor, _ source: Tensor) throws(TorchError) -> Tensor {
        try make("scatter") { ct_scatter(handle, dimension, indices.handle, source.handle, $0) }
    }

    /// Joins tensors along an existing dimension.
    package static func cat(_ tensors: [Tensor], dimension: Int = 0) throws(TorchError) -> Tensor {
        let handles = tensors.map(\.handle)
        return try make("cat") { ct_cat(handles, handles.count, dimension, $0) }
    }

    /// Joins tensors of one shape along a new dimension.
    package static func stack(_ tensors: [Tensor], dimension: Int = 0) throws(TorchError) -> Tensor {
        let handles = tensors.map(\.handle)
        return try make("stack") { ct_stack(handles, handles.count, dimension, $0) }
    }
}
