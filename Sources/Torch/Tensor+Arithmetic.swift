internal import CTorch

// Elementwise; shapes broadcast as in NumPy. A scalar never raises an integer tensor's type when it is whole.

extension Tensor {
    func unary(_ operation: String, _ op: ct_unary_op) throws(TorchError) -> Tensor {
        try make(operation) { ct_unary(op, handle, $0) }
    }

    func binary(_ operation: String, _ op: ct_binary_op, _ other: Tensor) throws(TorchError) -> Tensor {
        try make(operation) { ct_binary(op, handle, other.handle, $0) }
    }

    func binary(
        _ operation: String, _ op: ct_binary_op, _ scalar: Double, scalarFirst: Bool = false
    ) throws(TorchError) -> Tensor {
        try make(operation) { ct_binary_scalar(op, handle, scalar, scalarFirst, $0) }
    }

    // MARK: - Operators

    package static func + (a: Tensor, b: Tensor) throws(TorchError) -> Tensor { try a.binary("+", ct_add, b) }
    package static func + (a: Tensor, b: Double) throws(TorchError) -> Tensor { try a.binary("+", ct_add, b) }
    package static func + (a: Double, b: Tensor) throws(TorchError) -> Tensor {
        try b.binary("+", ct_add, a, scalarFirst: true)
    }
    package static func - (a: Tensor, b: Tensor) throws(TorchError) -> Tensor { try a.binary("-", ct_sub, b) }
    package static func - (a: Tensor, b: Double) throws(TorchError) -> Tensor { try a.binary("-", ct_sub, b) }
    package static func - (a: Double, b: Tensor) throws(TorchError) -> Tensor {
        try b.binary("-", ct_sub, a, scalarFirst: true)
    }
    package static func * (a: Tensor, b: Tensor) throws(TorchError) -> Tensor { try a.binary("*", ct_mul, b) }
    package static func * (a: Tensor, b: Double) throws(TorchError) -> Tensor { try a.binary("*", ct_mul, b) }
    package static func * (a: Double, b: Tensor) throws(TorchError) -> Tensor {
        try b.binary("*", ct_mul, a, scalarFirst: true)
    }
    package static func / (a: Tensor, b: Tensor) throws(TorchError) -> Tensor { try a.binary("/", ct_div, b) }
    package static func / (a: Tensor, b: Double) throws(TorchError) -> Tensor { try a.binary("/", ct_div, b) }
    package static func / (a: Double, b: Tensor) throws(TorchError) -> Tensor {
        try b.binary("/", ct_div, a, scalarFirst: true)
    }
    package static prefix func - (x: Tensor) throws(TorchError) -> Tensor { try x.unary("-", ct_neg) }

    // MARK: - Functions

    package func abs() throws(TorchError) -> Tensor { try unary("abs", ct_abs) }
    package func square() throws(TorchError) -> Tensor { try unary("square", ct_square) }
    package func sqrt() throws(TorchError) -> Tensor { try unary("sqrt", ct_sqrt) }
    package func exp() throws(TorchError) -> Tensor { try unary("exp", ct_exp) }
    package func log() throws(TorchError) -> Tensor { try unary("log", ct_log) }
    /// -1, 0 or 1.
    package func sign() throws(TorchError) -> Tensor { try unary("sign", ct_sign) }
    package func relu() throws(TorchError) -> Tensor { try unary("relu", ct_relu) }
    package func sigmoid() throws(TorchError) -> Tensor { try unary("sigmoid", ct_sigmoid) }
    package func tanh() throws(TorchError) -> Tensor { try unary("tanh", ct_tanh) }
    package func pow(_ exponent: Double) throws(TorchError) -> Tensor { try binary("pow", ct_pow, exponent) }
    package func maximum(_ other: Tensor) throws(TorchError) -> Tensor { try binary("maximum", ct_maximum, other) }
    package func minimum(_ other: Tensor) throws(TorchError) -> Tensor { try binary("minimum", ct_minimum, other) }

    /// Raises elements below `low` to it and lowers those above `high` to it.
    package func clamp(low: Double = -.infinity, high: Double = .infinity) throws(TorchError) -> Tensor {
        try make("clamp") { ct_clamp(handle, low, high, $0) }
    }

    // MARK: - Comparison, to bool

    package func equal(_ other: Tensor) throws(TorchError) -> Tensor { try binary("equal", ct_equal, other) }
    package func equal(_ other: Double) throws(TorchError) -> Tensor { try binary("equal", ct_equal, other) }
    package func notEqual(_ other: Tensor) throws(TorchError) -> Tensor { try binary("notEqual", ct_not_equal, other) }
    package func notEqual(_ other: Double) throws(TorchError) -> Tensor { try binary("notEqual", ct_not_equal, other) }
    package func less(_ other: Tensor) throws(TorchError) -> Tensor { try binary("less", ct_less, other) }
    package func less(_ other: Double) throws(TorchError) -> Tensor { try binary("less", ct_less, other) }
    package func lessOrEqual(_ other: Tensor) throws(TorchError) -> Tensor {
        try binary("lessOrEqual", ct_less_equal, other)
    }
    package func lessOrEqual(_ other: Double) throws(TorchError) -> Tensor {
        try binary("lessOrEqual", ct_less_equal, other)
    }
    package func greater(_ other: Tensor) throws(TorchError) -> Tensor { try binary("greater", ct_greater, other) }
    package func greater(_ other: Double) throws(TorchError) -> Tensor { try binary("greater", ct_greater, other) }
    package func greaterOrEqual(_ other: Tensor) throws(TorchError) -> Tensor {
        try binary("greaterOrEqual", ct_greater_equal, other)
    }
    package func greaterOrEqual(_ other: Double) throws(TorchError) -> Tensor {
        try binary("greaterOrEqual", ct_greater_equal, other)
    }
    package func and(_ other: Tensor) throws(TorchError) -> Tensor { try binary("and", ct_and, other) }
    package func or(_ other: Tensor) throws(TorchError) -> Tensor { try binary("or", ct_or, other) }
    /// True where the element is false or zero.
    package func not() throws(TorchError) -> Tensor { try unary("not", ct_not) }
    /// True where the element is neither infinite nor NaN.
    package func isFinite() throws(TorchError) -> Tensor { try unary("isFinite", ct_is_finite) }

    // MARK: - Choice

    /// `a` where `condition` (bool) holds, else `b`.
    package static func choose(_ condition: Tensor, _ a: Tensor, _ b: Tensor) throws(TorchError) -> Tensor {
        try make("choose") { ct_where(condition.handle, a.handle, b.handle, $0) }
    }

    /// A copy with `value` where `mask` (bool) holds.
    package func maskedFill(_ mask: Tensor, _ value: Double) throws(TorchError) -> Tensor {
        try make("maskedFill") { ct_masked_fill(handle, mask.handle, value, $0) }
    }

    // MARK: - In place

    package func addInPlace(_ other: Tensor) throws(TorchError) {
        try check("addInPlace", ct_binary_in_place(ct_add, handle, other.handle))
    }
    package func addInPlace(_ scalar: Double) throws(TorchError) {
        try check("addInPlace", ct_binary_scalar_in_place(ct_add, handle, scalar))
    }
    package func subtractInPlace(_ other: Tensor) throws(TorchError) {
        try check("subtractInPlace", ct_binary_in_place(ct_sub, handle, other.handle))
    }
    package func subtractInPlace(_ scalar: Double) throws(TorchError) {
        try check("subtractInPlace", ct_binary_scalar_in_place(ct_sub, handle, scalar))
    }
    package func multiplyInPlace(_ other: Tensor) throws(TorchError) {
        try check("multiplyInPlace", ct_binary_in_place(ct_mul, handle, other.handle))
    }
    package func multiplyInPlace(_ scalar: Double) throws(TorchError) {
        try check("multiplyInPlace", ct_binary_scalar_in_place(ct_mul, handle, scalar))
    }
    package func divideInPlace(_ other: Tensor) throws(TorchError) {
        try check("divideInPlace", ct_binary_in_place(ct_div, handle, other.handle))
    }
    package func divideInPlace(_ scalar: Double) throws(TorchError) {
        try check("divideInPlace", ct_binary_scalar_in_place(ct_div, handle, scalar))
    }
}
