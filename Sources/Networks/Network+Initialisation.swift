internal import Sweep
package import Torch

extension Network {
    /// Fresh values of a seed, by name: a function of (seed, "initialisation", name).
    ///
    /// Weights and biases are uniform in +-1/sqrt(fan-in), PyTorch's default for linear and convolution layers
    /// (`torch.nn.Linear.reset_parameters`: Kaiming uniform with a = sqrt(5)). Batch normalisations start as the identity:
    /// scale 1, shift 0, mean 0, variance 1.
    ///
    /// - Parameter purpose: Another one gives other values of the same seed.
    package func initialParameters(seed: Int, purpose: String = "initialisation") throws -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for value in values {
            tensors[value.name] =
                switch value.kind {
                case .weight, .bias: try value.uniform(seed: seed, purpose: purpose)
                case .scale, .variance: try Tensor.ones(value.shape)
                case .shift, .mean: try Tensor.zeros(value.shape)
                }
        }
        return tensors
    }
}

extension ParameterDescription {
    fileprivate func uniform(seed: Int, purpose: String) throws -> Tensor {
        var stream = RandomStream(seed: seed, purpose: purpose, detail: name)
        let bound = 1 / Double(fanIn).squareRoot()
        return try Generator(seed: stream.bits()).uniform(shape, low: -bound, high: bound)
    }
}
