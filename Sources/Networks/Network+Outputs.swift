extension Network {
    /// The network with `count` outputs; its last layer is linear.
    package func withOutputs(_ count: Int) throws -> Network {
        guard let last = nodes.last, case .linear(_, let bias) = last.layer else {
            throw NetworkError(
                "network \(name) does not end in a linear layer, so its outputs cannot change; choose another network")
        }
        return try replacing(last.name, with: [(last.name, .linear(outputs: count, bias: bias))])
    }

    /// Prunable weights, without those of outputs beyond the first so many: outputs that only a training needs.
    package func prunableCount(outputs: Int) -> Int {
        guard let last = nodes.last, let shape = last.weightShape, shape[0] > outputs else { return prunableCount }
        return prunableCount - (shape[0] - outputs) * shape.dropFirst().reduce(1, *)
    }
}
