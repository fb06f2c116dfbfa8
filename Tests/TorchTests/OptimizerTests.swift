import Testing

@testable import Torch

@Suite struct OptimizerTests {
    /// Two parameters under the loss sum(a^3) + sum(a) * sum(b^2).
    struct Problem {
        let parameters: [NamedTensor]

        init(dtype: DType = .float64) throws {
            parameters = [
                NamedTensor(name: "a", tensor: try ramp([3]).to(dtype).requireGrad()),
                NamedTensor(name: "b", tensor: try ramp([2], scale: 0.2, offset: -0.9).to(dtype).requireGrad()),
            ]
        }

        func step(_ optimizer: any Optimizer, learningRate: Double = 0.01) throws {
            let (a, b) = (parameters[0].tensor, parameters[1].tensor)
            try optimizer.zeroGrad()
            try ((a * a * a).sum() + (a.sum() * b.square()).sum()).backward()
            try optimizer.step(learningRate: learningRate)
        }

        var values: [Double] {
            get throws { try parameters.flatMap { try $0.tensor.toDoubles() } }
        }
    }

    enum Kind: CaseIterable, Sendable {
        case sgd, sgdWithMomentumAndDecay, adam, adamWithDecay

        func make(_ parameters: [NamedTensor]) throws -> any Optimizer {
            switch self {
            case .sgd: try SGD(parameters)
            case .sgdWithMomentumAndDecay: try SGD(parameters, momentum: 0.9, weightDecay: 0.1)
            case .adam: try Adam(parameters)
            case .adamWithDecay: try Adam(parameters, weightDecay: 0.1)
            }
        }

        /// The parameters after three steps, from `torch.optim` 2.13 with the same settings, in float64.
        var expected: [Double] {
            switch self {
            case .sgd: [-1.242922355, 1.81519893, 1.558670859, -0.762668502, -0.278434532]
            case .sgdWithMomentumAndDecay: [-1.358700115, 1.427488078, 1.277394765, -0.632138192, -0.23078061]
            case .adam: [-1.130008424, 2.200010041, 1.830012228, -0.87002246, -0.29861874]
            case .adamWithDecay: [-1.130008429, 2.20000996, 1.830012112, -0.870022267, -0.298618517]
            }
        }
    }

    @Test(arguments: Kind.allCases, [DType.float64, .float32])
    func threeStepsAreThoseOfPyTorch(kind: Kind, dtype: DType) throws {
        let problem = try Problem(dtype: dtype)
        let optimizer = try kind.make(problem.parameters)
        for _ in 0..<3 { try problem.step(optimizer) }
        try expectClose(try problem.values, kind.expected, tolerance: dtype == .float64 ? 1e-8 : 1e-6)
    }

    /// v1 = g1 + d w0, w1 = w0 - l v1; v2 = m v1 + g2 + d w1, w2 = w1 - l v2, with g = 2 w.
    @Test func momentumByHand() throws {
        let w = try Tensor([1.0]).requireGrad()
        let optimizer = try SGD([NamedTensor(name: "w", tensor: w)], momentum: 0.5, weightDecay: 0.25)
        for expected in [(2.25, 0.775), (2.86875, 0.488125)] {
            try optimizer.zeroGrad()
            try w.square().sum().backward()
            try optimizer.step(learningRate: 0.1)
            try expectClose(
                [try #require(try optimizer.state()["w.momentum"]).item(), try w.item()],
                [expected.0, expected.1], tolerance: 1e-12)
        }
    }

    /// One step from w = 1 under the loss w: w -= rate * (1 + decay).
    @Test(arguments: [true, false])
    func parametersHaveTheirOwnDecay(adam: Bool) throws {
        let decays: [Double?] = [nil, 0, 0.25, nil]
        let parameters = try decays.enumerated().map { index, decay in
            NamedTensor(name: "w\(index)", tensor: try Tensor([1.0]).requireGrad(), weightDecay: decay)
        }
        let optimizer: any Optimizer =
            adam ? try Adam(parameters, weightDecay: 0.5) : try SGD(parameters, momentum: 0.9, weightDecay: 0.5)
        for parameter in parameters { try parameter.tensor.sum().backward() }
        try optimizer.step(learningRate: 0.01)
        for (parameter, decay) in zip(parameters, decays) {
            // Adam's first step is the rate itself, whatever the gradient.
            let gradient = adam ? 1 : 1 + (decay ?? 0.5)
            try expectClose([try parameter.tensor.item()], [1 - 0.01 * gradient], tolerance: 1e-9)
            if adam {
                let mean = try #require(try optimizer.state()["\(parameter.name).mean"]).item()
                try expectClose([mean], [0.1 * (1 + (decay ?? 0.5))], tolerance: 1e-9)
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func aRestoredRunGivesTheSameBits(kind: Kind) throws {
        let whole = try Problem(dtype: .float32)
        let optimizer = try kind.make(whole.parameters)
        for _ in 0..<2 { try whole.step(optimizer) }

        let resumed = try Problem(dtype: .float32)
        let other = try kind.make(resumed.parameters)
        try withNoGrad {
            for (to, from) in zip(resumed.parameters, whole.parameters) { try to.tensor.copy(from: from.tensor) }
        }
        try other.load(try optimizer.state().mapValues { try $0.clone() })
        for _ in 0..<2 {
            try whole.step(optimizer)
            try resumed.step(other)
        }
        #expect(try whole.values == resumed.values)
        #expect(try optimizer.state().keys.sorted() == other.state().keys.sorted())
    }

    @Test func stateIsNamedAndChecked() throws {
        let problem = try Problem()
        let sgd = try SGD(problem.parameters)
        let adam = try Adam(problem.parameters)
        #expect(try sgd.state().keys.sorted() == ["a.momentum", "b.momentum"])
        #expect(try adam.state().keys.sorted() == ["a.mean", "a.square", "b.mean", "b.square", "steps"])
        let foreign = #expect(throws: TorchError.self) { try sgd.load(try adam.state()) }
        #expect(foreign?.message.contains("a.mean") == true)
        var partial = try sgd.state()
        partial["b.momentum"] = nil
        let missing = #expect(throws: TorchError.self) { try sgd.load(partial) }
        #expect(missing?.message.contains("has no b.momentum") == true)
        partial["b.momentum"] = try Tensor.zeros([5])
        #expect(throws: TorchError.self) { try sgd.load(partial) }
    }

    @Test func parametersWithoutGradientStay() throws {
        let problem = try Problem()
        let optimizer = try SGD(problem.parameters, momentum: 0.9, weightDecay: 0.5)
        let before = try problem.values
        try optimizer.step(learningRate: 1)
        #expect(try problem.values == before)
        try problem.parameters[0].tensor.sum().backward()
        try optimizer.step(learningRate: 1)
        #expect(try problem.parameters[1].tensor.toDoubles() == Array(before.suffix(2)))
        #expect(try problem.parameters[0].tensor.toDoubles() != Array(before.prefix(3)))
    }

    @Test(arguments: Kind.allCases, [DType.float64, .float32])
    func masksHoldWeightsAndStateAtZero(kind: Kind, dtype: DType) throws {
        let problem = try Problem(dtype: dtype)
        let optimizer = try kind.make(problem.parameters)
        let masks = ["a": try Tensor([true, false, true])]
        for _ in 0..<3 {
            try problem.step(optimizer)
            try optimizer.applyMasks(masks)
        }
        for (name, tensor) in try optimizer.state() where name.hasPrefix("a.") {
            #expect(try tensor.toDoubles()[1] == 0, "\(name)")
        }
        let a = try problem.parameters[0].tensor.toDoubles()
        #expect(a[1] == 0 && a[0] != 0 && a[2] != 0)
        #expect(try problem.parameters[1].tensor.countNonzero().itemInt() == 2)
    }

    @Test func masksRemoveNonFiniteWeightsAndCheckShapes() throws {
        let weights = try Tensor([.nan, .infinity, 3] as [Float])
        try applyMasks([(weights, try Tensor([false, false, true]))])
        #expect(try weights.toFloats() == [0, 0, 3])
        #expect(throws: TorchError.self) { try applyMasks([(weights, try Tensor([true]))]) }
        #expect(throws: TorchError.self) { try applyMasks([(weights, try Tensor([1, 1, 1] as [Float]))]) }
    }
}
