internal import CTorch

/// An n-dimensional array on the CPU that may take part in differentiation.
///
/// A tensor owns one libtorch handle. Copies of the reference are the same tensor; ``clone()`` copies the elements;
/// views (``reshape(_:)``, ``narrow(dimension:start:length:)``, ...) share them. Not `Sendable`: all tensors of a
/// computation live on one thread, and only plain values leave it.
///
/// Operations record for ``backward()`` while any operand requires a gradient, except inside ``withNoGrad(_:)``.
/// Names that end in `InPlace`, and `copy`, `fill`, change the elements themselves.
package final class Tensor {
    let handle: OpaquePointer

    /// Takes over the caller's reference to `handle`.
    init(adopting handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        ct_tensor_free(handle)
    }

    // MARK: - Creation

    /// Copies `values`, in row-major order, into a tensor of `shape` (one dimension if `nil`).
    package convenience init<Element: TensorElement>(_ values: [Element], shape: [Int]? = nil) throws(TorchError) {
        let shape = shape ?? [values.count]
        var handle: OpaquePointer?
        let status = values.withUnsafeBytes { bytes in
            ct_from_bytes(bytes.baseAddress, bytes.count, shape, shape.count, Element.dtype.code, &handle)
        }
        try check("Tensor(_:shape:)", status)
        guard let handle else {
            throw TorchError(operation: "Tensor(_:shape:)", code: .internal, message: "no tensor was returned")
        }
        self.init(adopting: handle)
    }

    /// Copies `bytes` (row-major elements in this machine's byte order, exactly as many as the shape takes).
    package static func fromBytes(
        _ bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType
    ) throws(TorchError) -> Tensor {
        try make("fromBytes") {
            ct_from_bytes(bytes.baseAddress, bytes.count, shape, shape.count, dtype.code, $0)
        }
    }

    package static func full(
        _ shape: [Int], _ value: Double, dtype: DType = .float32
    ) throws(TorchError) -> Tensor {
        try make("full") { ct_full(shape, shape.count, value, dtype.code, $0) }
    }

    package static func zeros(_ shape: [Int], dtype: DType = .float32) throws(TorchError) -> Tensor {
        try full(shape, 0, dtype: dtype)
    }

    package static func ones(_ shape: [Int], dtype: DType = .float32) throws(TorchError) -> Tensor {
        try full(shape, 1, dtype: dtype)
    }

    /// 0, 1, ..., count - 1 as int64.
    package static func range(_ count: Int) throws(TorchError) -> Tensor {
        try make("range") { ct_arange(count, $0) }
    }

    // MARK: - Description

    package var rank: Int { ct_rank(handle) }

    package var shape: [Int] { (0..<rank).map { ct_size(handle, $0) } }

    /// The number of elements.
    package var count: Int { ct_count(handle) }

    package var dtype: DType {
        get throws(TorchError) {
            var code = ct_float32
            try check("dtype", ct_dtype_of(handle, &code))
            guard let dtype = DType(code: code) else {
                throw TorchError(operation: "dtype", code: .internal, message: "unknown element type")
            }
            return dtype
        }
    }

    /// Whether the elements lie in row-major order without gaps.
    package var isContiguous: Bool { ct_is_contiguous(handle) }

    package func sharesStorage(with other: Tensor) -> Bool { ct_shares_storage(handle, other.handle) }

    // MARK: - Reading

    /// The value of a tensor with one element.
    package func item() throws(TorchError) -> Double {
        var value = 0.0
        try check("item", ct_item(handle, &value))
        return value
    }

    /// The value of an integer or bool tensor with one element, exactly.
    package func itemInt() throws(TorchError) -> Int {
        var value: Int64 = 0
        try check("itemInt", ct_item_int(handle, &value))
        return Int(value)
    }

    /// The elements in row-major order; `Element` must be the tensor's own type.
    package func toArray<Element: TensorElement>(of type: Element.Type) throws(TorchError) -> [Element] {
        let dtype = try dtype
        guard Element.dtype == dtype else {
            throw TorchError(
                operation: "toArray", code: .invalidArgument,
                message: "the tensor holds \(dtype.rawValue), not \(Element.dtype.rawValue)")
        }
        let count = count
        var status = ct_ok
        let values = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            status = ct_copy_bytes(handle, buffer.baseAddress, count * MemoryLayout<Element>.stride)
            initialized = status == ct_ok ? count : 0
        }
        try check("toArray", status)
        return values
    }

    /// The elements as floats, converted if need be.
    package func toFloats() throws(TorchError) -> [Float] { try to(.float32).toArray(of: Float.self) }

    /// The elements as doubles, converted if need be.
    package func toDoubles() throws(TorchError) -> [Double] { try to(.float64).toArray(of: Double.self) }

    /// The elements as integers; fractions are cut off.
    package func toInts() throws(TorchError) -> [Int] { try to(.int64).toArray(of: Int.self) }

    /// The elements as bytes; `true` is 1.
    package func toBytes() throws(TorchError) -> [UInt8] { try to(.uint8).toArray(of: UInt8.self) }

    /// The elements' own bytes in row-major order, in this machine's byte order.
    package func rawBytes() throws(TorchError) -> [UInt8] {
        let count = count * (try dtype.size)
        var status = ct_ok
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            status = ct_copy_bytes(handle, buffer.baseAddress, count)
            initialized = status == ct_ok ? count : 0
        }
        try check("rawBytes", status)
        return bytes
    }

    // MARK: - Copying

    /// Overwrites the elements with those of `source`, which has the same shape; converts the type.
    package func copy(from source: Tensor) throws(TorchError) {
        try check("copy", ct_copy_into(handle, source.handle))
    }

    /// Overwrites every element.
    package func fill(_ value: Double) throws(TorchError) {
        try check("fill", ct_fill(handle, value))
    }

    package func clone() throws(TorchError) -> Tensor { try make("clone") { ct_clone(handle, $0) } }

    /// The tensor itself if it is contiguous, else a contiguous copy.
    package func contiguous() throws(TorchError) -> Tensor { try make("contiguous") { ct_contiguous(handle, $0) } }

    /// The tensor itself if it has that type, else a converted copy.
    package func to(_ dtype: DType) throws(TorchError) -> Tensor {
        try make("to") { ct_to_dtype(handle, dtype.code, $0) }
    }
}
