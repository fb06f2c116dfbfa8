internal import CTorch

/// The type of a tensor's elements.
package enum DType: String, Hashable, Sendable, CaseIterable {
    case uint8
    case int64
    case float32
    case float64
    case bool

    /// Bytes of one element.
    package var size: Int {
        switch self {
        case .uint8, .bool: 1
        case .float32: 4
        case .int64, .float64: 8
        }
    }

    var code: ct_dtype {
        switch self {
        case .uint8: ct_uint8
        case .int64: ct_int64
        case .float32: ct_float32
        case .float64: ct_float64
        case .bool: ct_bool
        }
    }

    init?(code: ct_dtype) {
        guard let match = DType.allCases.first(where: { $0.code == code }) else { return nil }
        self = match
    }
}

/// A Swift type whose values are a tensor's elements, byte for byte.
package protocol TensorElement: BitwiseCopyable {
    static var dtype: DType { get }
}

extension UInt8: TensorElement {
    package static var dtype: DType { .uint8 }
}
extension Int64: TensorElement {
    package static var dtype: DType { .int64 }
}
extension Int: TensorElement {
    package static var dtype: DType { .int64 }
}
extension Float: TensorElement {
    package static var dtype: DType { .float32 }
}
extension Double: TensorElement {
    package static var dtype: DType { .float64 }
}
extension Bool: TensorElement {
    package static var dtype: DType { .bool }
}
