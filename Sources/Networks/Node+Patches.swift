package import Torch

extension Network.Node {
    /// What each output position reads: [images, inputs of all groups x kernel x kernel, positions]; one position where the
    /// layer is linear.
    package func patches(_ input: Tensor) throws -> Tensor {
        guard case .convolution(_, let kernel, let stride, let padding, _, _) = layer else {
            return try input.reshape(input.shape + [1])
        }
        return try input.contiguous().unfold(kernel: kernel, stride: stride, padding: padding)
    }
}
