internal import Networks
internal import Torch

extension ChannelGroup {
    /// What a measure of filters says of the channels, float64 [channels].
    ///
    /// Each producer's measures are divided by their mean, so that layers of unlike size and scale can compete with each
    /// other, and then averaged over the producers, so that each has one vote. A producer whose measures are all zero
    /// gives zeros.
    ///
    /// - Parameter measure: From a producer's filters, float32 [channels, weights of one], to one number per channel; never
    ///   negative.
    func relativeMeasure(
        in context: PruningContext, _ measure: (_ filters: Tensor) throws -> [Double]
    ) throws -> Tensor {
        var relative = [Double](repeating: 0, count: channels)
        for producer in producers {
            let weight = try context.parameter(context.network.nodes[producer].weightName).detach()
            let values = try measure(weight.flatten(from: 1))
            let sum = values.reduce(0, +)
            // NaN is not zero; the round rejects it.
            guard sum != 0 else { continue }
            let share = Double(channels) / sum / Double(producers.count)
            for channel in relative.indices { relative[channel] += values[channel] * share }
        }
        return try Tensor(relative)
    }

    /// Each consumer's weight with its share of every channel multiplied by a factor, by parameter name.
    ///
    /// - Parameter factors: Of a consumer: float64 [channels].
    func scaledConsumers(
        in context: PruningContext, _ factors: (Network.Consumer) throws -> Tensor
    ) throws -> [String: Tensor] {
        var scaled: [String: Tensor] = [:]
        for consumer in consumers {
            let name = context.network.nodes[consumer.node].weightName
            let weight = try context.parameter(name).detach()
            let byChannel = try weight.to(.float64).reshape([weight.shape[0], channels, -1])
            let product = try byChannel * factors(consumer).reshape([1, channels, 1])
            scaled[name] = try product.to(weight.dtype).reshape(weight.shape)
        }
        return scaled
    }
}
