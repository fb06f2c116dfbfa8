internal import Torch

/// One layer's weights as SiPP draws them: a row for the positive and one for the negative weights of each neuron.
///
/// Drawing m weights of a row in proportion to their sensitivities s errs, relatively, by at most
///
///     err(m) = (sqrt(u^2 + 6 u) + u) / 2,   u = a / (3 m),   a = (log term) sum s
///
/// with high probability, and the budgets m minimise the sum over layers of the mean of err over the layer's rows, where
/// the m add up to what is kept. Because every err is convex, the minimum is where all derivatives -err'(m) agree: the
/// n-th weight of a row is worth keeping while -err'(n) is above the common multiplier. So -err'(n), over the number of
/// the layer's neurons, is the score of the weight that arrives n-th, and keeping the highest scores solves the programme.
struct SampledRows {
    /// The C of the authors' theorems.
    static let constant = 3.0

    /// float64 [2, neurons, inputs]: the sensitivities of positive, then of negative weights, zero for the others.
    private let sensitivity: Tensor
    /// [2, neurons, 1], of ``sensitivity``.
    private let sum: Tensor
    /// When a weight is first drawn: exponential times of rate s / sum s; never where that is at most 2^-23.
    private let arrival: Tensor
    private let logTerm: Double
    private let shape: [Int]
    /// Bool [2, neurons, 1]: rows that are drawn; the others keep their largest. Nil: all are drawn.
    private var isDrawn: Tensor?

    /// - Parameters:
    ///   - sensitivity: Of the weight's shape.
    ///   - seed: Of the arrivals.
    init(_ sensitivity: Tensor, weight: Tensor, logTerm: Double, seed: UInt64) throws {
        shape = weight.shape
        self.logTerm = logTerm
        let flat = try sensitivity.to(.float64).reshape([shape[0], -1])
        let weight = try weight.detach().reshape([shape[0], -1])
        self.sensitivity = try Tensor.stack([
            flat.maskedFill(weight.lessOrEqual(0), 0), flat.maskedFill(weight.greaterOrEqual(0), 0),
        ])
        sum = try self.sensitivity.sum([2], keepDimensions: true)
        let chance = try Self.chance(self.sensitivity, sum)
        let uniform = try Generator(seed: seed).uniform(chance.shape, dtype: .float64)
        arrival = try (-((1.0 - uniform).log()) / chance).maskedFill(chance.equal(0), .infinity)
    }

    private static func chance(_ sensitivity: Tensor, _ sum: Tensor) throws -> Tensor {
        let chance = try (sensitivity / sum).maskedFill(sum.equal(0), 0)
        return try chance.maskedFill(chance.lessOrEqual(0x1p-23), 0)
    }

    // MARK: - Order

    /// What each weight adds in its row's order, of the weight's shape; zero for those that are never drawn.
    func priorities() throws -> Tensor {
        var key = arrival
        if let isDrawn { key = try Tensor.choose(isDrawn, arrival, -sensitivity) }
        let order = try key.argsort(dimension: 2)
        let places = try Tensor.range(order.shape[2]).reshape([1, 1, -1]).expand(order.shape).contiguous()
        let rank = try Tensor.zeros(order.shape, dtype: .int64).scatter(dimension: 2, order, places)
        let budget = try rank.to(.float64) + 1
        let u = try sum * (logTerm / 3) / budget
        let slope = try u / budget * (((u + 3) / (u.square() + u * 6).sqrt()) + 1) * 0.5
        let value = try slope.maskedFill(arrival.equal(.infinity), 0) / Double(shape[0])
        return try merged(value)
    }

    /// Draws only the rows whose bound at the mask's budgets is below that of keeping the largest.
    mutating func chooseSampling(at mask: Tensor) throws {
        let budget = try kept(mask).to(.float64).sum([2], keepDimensions: true)
        let falling = try sensitivity.sort(dimension: 2, descending: true).values
        let places = try Tensor.range(sensitivity.shape[2]).reshape([1, 1, -1]).to(.float64)
        let rest = try falling.maskedFill(places.less(budget), 0).sum([2], keepDimensions: true)
        isDrawn = try (rest * Self.constant).greater(drawingError(budget))
    }

    // MARK: - What is kept

    /// Each kept weight's factor: one over its chance of having arrived before the first one left out. The weight's shape.
    func scale(_ mask: Tensor) throws -> Tensor {
        let end = try arrival.maskedFill(kept(mask), .infinity).amin([2], keepDimensions: true)
        let chance = try Self.chance(sensitivity, sum)
        let certain = try end.equal(.infinity).or(chance.equal(0))
        var scale = try (1.0 / (1.0 - (-(chance * end)).exp())).maskedFill(certain, 1)
        if let isDrawn { scale = try scale.maskedFill(isDrawn.not(), 1) }
        // A weight is in one of the two rows; where it is in none, the factors are 1.
        return try scale.amax([0]).to(.float32).reshape(shape)
    }

    /// The bound of each row with something in it.
    func error(_ mask: Tensor) throws -> Tensor {
        let kept = try kept(mask)
        let budget = try kept.to(.float64).sum([2], keepDimensions: true)
        let isWhole = try sensitivity.maskedFill(kept, 0).amax([2], keepDimensions: true).equal(0)
        var error = try drawingError(budget).maskedFill(isWhole, 0)
        if let isDrawn { error = try Tensor.choose(isDrawn, error, pickedRows(mask) * Self.constant) }
        return try filled(error.maskedFill(budget.equal(0), 1))
    }

    /// The sum of the sensitivities that go, of each row with something in it.
    func pickedError(_ mask: Tensor) throws -> Tensor { try filled(pickedRows(mask)) }

    private func pickedRows(_ mask: Tensor) throws -> Tensor {
        try sensitivity.maskedFill(kept(mask), 0).sum([2], keepDimensions: true)
    }

    private func drawingError(_ budget: Tensor) throws -> Tensor {
        let u = try (sum * (logTerm / 3) / budget).maskedFill(budget.equal(0), .infinity)
        return try ((u.square() + u * 6).sqrt() + u) * 0.5
    }

    private func kept(_ mask: Tensor) throws -> Tensor {
        try mask.reshape([1, shape[0], -1]).and(sensitivity.greater(0))
    }

    /// Those of rows whose sum is not zero; a single zero where there is none.
    private func filled(_ perRow: Tensor) throws -> Tensor {
        let isFilled = try sum.greater(0)
        let count = try isFilled.countNonzero().itemInt()
        guard count > 0 else { return try Tensor.zeros([1], dtype: .float64) }
        let first = try isFilled.not().to(.uint8).flatten().argsort().narrow(dimension: 0, start: 0, length: count)
        return try perRow.flatten().indexSelect(first)
    }

    private func merged(_ value: Tensor) throws -> Tensor { try value.amax([0]).reshape(shape) }
}
