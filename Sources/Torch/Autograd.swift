internal import CTorch

extension Tensor {
    package var requiresGrad: Bool { ct_requires_grad(handle) }

    /// Marks a leaf as something to differentiate by, in place, and returns it.
    @discardableResult
    package func requireGrad(_ required: Bool = true) throws(TorchError) -> Tensor {
        try check("requireGrad", ct_set_requires_grad(handle, required))
        return self
    }

    /// Adds the gradient of this one-element tensor to ``grad`` of every leaf it depends on, and frees the graph.
    package func backward() throws(TorchError) {
        try check("backward", ct_backward(handle))
    }

    /// What ``backward()`` accumulated in this leaf since ``zeroGrad()``; shares its elements.
    package var grad: Tensor? {
        get throws(TorchError) {
            var gradient: OpaquePointer?
            try check("grad", ct_grad(handle, &gradient))
            return gradient.map(Tensor.init(adopting:))
        }
    }

    /// Drops ``grad``.
    package func zeroGrad() throws(TorchError) { try Tensor.zeroGrad([self]) }

    /// Drops ``grad`` of all `tensors`.
    package static func zeroGrad(_ tensors: [Tensor]) throws(TorchError) {
        let handles = tensors.map(\.handle)
        try check("zeroGrad", ct_clear_grads(handles, handles.count))
    }

    /// The same elements, outside of the recorded graph.
    package func detach() throws(TorchError) -> Tensor { try make("detach") { ct_detach(handle, $0) } }
}

/// The derivatives of a one-element tensor by each of `inputs`, without touching their ``Tensor/grad``.
///
/// With `createGraph` the results can be differentiated again. An input the output does not depend on gets zeros.
package func gradients(
    of output: Tensor, withRespectTo inputs: [Tensor], createGraph: Bool = false
) throws(TorchError) -> [Tensor] {
    let handles = inputs.map(\.handle)
    var found = [OpaquePointer?](repeating: nil, count: inputs.count)
    try check("gradients", ct_gradients(output.handle, handles, handles.count, createGraph, &found))
    return found.compactMap { $0.map(Tensor.init(adopting:)) }
}

/// Runs `body` without recording for differentiation, on this thread.
package func withNoGrad<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    let before = ct_set_recording(false)
    defer { _ = ct_set_recording(before) }
    return try body()
}

/// Runs `body` recording for differentiation even inside ``withNoGrad(_:)``, on this thread.
package func withGrad<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    let before = ct_set_recording(true)
    defer { _ = ct_set_recording(before) }
    return try body()
}
