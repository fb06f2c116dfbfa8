internal import CTorch

/// A tensor operation that could not be carried out.
package struct TorchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is, for callers that treat some of them apart.
    package enum Code: Hashable, Sendable {
        /// Shapes, element types or indices that do not fit the operation.
        case invalidArgument
        case outOfMemory
        /// Arguments the operation has no implementation for.
        case unsupported
        /// A failure inside libtorch that names no argument.
        case `internal`
    }

    /// What was asked for, as this module calls it: "conv2d".
    package var operation: String
    package var code: Code
    /// libtorch's sentence, or ours.
    package var message: String

    package init(operation: String, code: Code, message: String) {
        self.operation = operation
        self.code = code
        self.message = message
    }

    package var description: String { "\(operation): \(message)" }
}

/// Throws the calling thread's last error unless `status` is success.
func check(_ operation: String, _ status: ct_status) throws(TorchError) {
    guard status != ct_ok else { return }
    let code: TorchError.Code =
        switch status {
        case ct_invalid_argument: .invalidArgument
        case ct_out_of_memory: .outOfMemory
        case ct_unsupported: .unsupported
        default: .internal
        }
    // libtorch appends its own source positions after the first line; the first line is the sentence.
    let message = String(cString: ct_last_error()).split(separator: "\n").first.map(String.init) ?? "unknown failure"
    throw TorchError(operation: operation, code: code, message: message)
}

/// Runs a C call that returns a new tensor through its out-pointer.
func make(
    _ operation: String, _ call: (UnsafeMutablePointer<OpaquePointer?>) -> ct_status
) throws(TorchError) -> Tensor {
    var handle: OpaquePointer?
    try check(operation, call(&handle))
    guard let handle else {
        throw TorchError(operation: operation, code: .internal, message: "no tensor was returned")
    }
    return Tensor(adopting: handle)
}
