internal import Sweep
package import Torch

extension Network {
    /// Fresh parameters of a seed, by name: a function of (seed, "initialisation", parameter name).
    ///
    /// Weights and biases are uniform in +-1/sqrt(fan-in), PyTorch's default for linear and convolution layers
    /// (`torch.nn.Linear.reset_parameters`: Kaiming uniform with a = sqrt(5)).
    package func initialParameters(seed: Int) throws -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for parameter in parameters {
            var stream = RandomStream(seed: seed, purpose: "initialisation", detail: parameter.name)
            let bound = 1 / Float(parameter.fanIn).squareRoot()
            let values = (0..<parameter.count).map { _ in (2 * stream.uniform() - 1) * bound }
            tensors[parameter.name] = try Tensor(values, shape: parameter.shape)
        }
        return tensors
    }
}
