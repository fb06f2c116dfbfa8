import Testing

@testable import Torch

@Suite struct TensorTests {
    @Test func creationAndReading() throws {
        let floats = try Tensor([1.5, -2, 3] as [Float])
        #expect(floats.shape == [3])
        #expect(try floats.dtype == .float32)
        #expect(try floats.toArray(of: Float.self) == [1.5, -2, 3])
        #expect(try floats.toInts() == [1, -2, 3])
        let matrix = try Tensor([1, 2, 3, 4, 5, 6] as [Int], shape: [2, 3])
        #expect(try matrix.dtype == .int64)
        #expect(try matrix.transposed().toInts() == [1, 4, 2, 5, 3, 6])
        #expect(try Tensor([true, false]).toBytes() == [1, 0])
        #expect(try Tensor.full([2], 7, dtype: .uint8).rawBytes() == [7, 7])
        #expect(try Tensor.range(4).toInts() == [0, 1, 2, 3])
        #expect(try Tensor([42] as [Int], shape: []).itemInt() == 42)
        #expect(try Tensor([Float](), shape: [0, 3]).toFloats() == [])
        #expect(try Tensor([Float]()).count == 0)
    }

    @Test(arguments: DType.allCases)
    func bytesOfEveryTypeRoundTrip(dtype: DType) throws {
        let tensor = try Tensor([1, 0, 1, 1] as [Int], shape: [2, 2]).to(dtype)
        let bytes = try tensor.rawBytes()
        #expect(bytes.count == 4 * dtype.size)
        let again = try bytes.withUnsafeBytes { try Tensor.fromBytes($0, shape: [2, 2], dtype: dtype) }
        #expect(try again.dtype == dtype)
        #expect(try again.toInts() == [1, 0, 1, 1])
    }

    @Test func viewsShareAndClonesDoNot() throws {
        let base = try Tensor.zeros([2, 3])
        let view = try base.reshape([3, 2]).narrow(dimension: 0, start: 1, length: 1)
        #expect(view.sharesStorage(with: base))
        try view.fill(5)
        #expect(try base.toFloats() == [0, 0, 5, 5, 0, 0])
        let copy = try base.clone()
        #expect(!copy.sharesStorage(with: base))
        try copy.fill(1)
        #expect(try base.sum().item() == 10)
        try base.copy(from: copy)
        #expect(try base.sum().item() == 6)
        #expect(throws: TorchError.self) { try base.copy(from: try Tensor.zeros([3])) }
    }

    @Test func shapes() throws {
        let x = try Tensor.range(24).reshape([2, 3, 4])
        #expect(try x.flatten(from: 1).shape == [2, 12])
        #expect(try x.permute([2, 0, 1]).shape == [4, 2, 3])
        #expect(try !x.permute([2, 0, 1]).isContiguous)
        #expect(try x.permute([2, 0, 1]).contiguous().isContiguous)
        #expect(try x.narrow(dimension: -1, start: 1, length: 2).shape == [2, 3, 2])
        #expect(try x.indexSelect(try Tensor([1, 1, 0] as [Int])).shape == [3, 3, 4])
        #expect(try Tensor([1, 2] as [Int]).reshape([2, 1]).expand([2, 3]).toInts() == [1, 1, 1, 2, 2, 2])
        let parts = [try Tensor([1, 2] as [Int]), try Tensor([3, 4] as [Int])]
        #expect(try Tensor.cat(parts).toInts() == [1, 2, 3, 4])
        #expect(try Tensor.stack(parts, dimension: 1).toInts() == [1, 3, 2, 4])
        let picked = try Tensor([10, 20, 30] as [Int]).gather(dimension: 0, try Tensor([2, 0] as [Int]))
        #expect(try picked.toInts() == [30, 10])
        let spread = try Tensor.zeros([3], dtype: .int64).scatter(dimension: 0, try Tensor([2, 0] as [Int]), picked)
        #expect(try spread.toInts() == [10, 0, 30])
    }

    static let arithmeticCases: [(operation: String, expected: [Double])] = [
        ("+", [4, 1, 5.5]), ("-", [-2, -5, -0.5]), ("*", [3, -6, 7.5]), ("/", [1.0 / 3, -2.0 / 3, 2.5 / 3]),
        ("r-", [2, 5, 0.5]), ("r/", [3, -1.5, 1.2]), ("max", [3, 3, 3]), ("min", [1, -2, 2.5]),
        ("pow", [1, -8, 15.625]),
    ]

    @Test(arguments: arithmeticCases)
    func arithmetic(operation: String, expected: [Double]) throws {
        let a = try Tensor([1, -2, 2.5] as [Double])
        let b = try Tensor([3, 3, 3] as [Double])
        let found: Tensor =
            switch operation {
            case "+": try a + b
            case "-": try a - b
            case "*": try a * b
            case "/": try a / b
            case "r-": try b - a
            case "r/": try b / a
            case "max": try a.maximum(b)
            case "min": try a.minimum(b)
            default: try a.pow(3)
            }
        try expectClose(try found.toDoubles(), expected, tolerance: 1e-15)
        let byScalar: Tensor? =
            switch operation {
            case "+": try a + 3
            case "-": try a - 3
            case "*": try a * 3
            case "/": try a / 3
            case "r-": try 3 - a
            case "r/": try 3 / a
            default: nil
            }
        if let byScalar { try expectClose(try byScalar.toDoubles(), expected, tolerance: 1e-15) }
    }

    @Test func scalarsKeepTypes() throws {
        #expect(try (try Tensor([3] as [Int]) * 2).dtype == .int64)
        #expect(try (try Tensor([3] as [Int]) * 0.5).dtype == .float32)
        #expect(try (try Tensor([3] as [Float]) * 0.1).dtype == .float32)
        #expect(try (try Tensor([3] as [Double]) * 0.1).dtype == .float64)
    }

    @Test func functions() throws {
        let x = try Tensor([-4, 0, 0.25, 9] as [Double])
        #expect(try x.abs().toDoubles() == [4, 0, 0.25, 9])
        #expect(try x.square().toDoubles() == [16, 0, 0.0625, 81])
        #expect(try x.abs().sqrt().toDoubles() == [2, 0, 0.5, 3])
        #expect(try x.sign().toDoubles() == [-1, 0, 1, 1])
        #expect(try x.relu().toDoubles() == [0, 0, 0.25, 9])
        #expect(try (-x).toDoubles() == [4, 0, -0.25, -9])
        #expect(try x.clamp(low: -1, high: 1).toDoubles() == [-1, 0, 0.25, 1])
        #expect(try x.clamp(low: 0).toDoubles() == [0, 0, 0.25, 9])
        try expectClose(try x.exp().log(), x, tolerance: 1e-12)
        try expectClose(try x.sigmoid(), try 1 / (try (-x).exp() + 1), tolerance: 1e-12)
        try expectClose(try x.tanh(), try (try (x * 2).sigmoid() * 2) - 1, tolerance: 1e-12)
    }

    @Test func comparisonAndChoice() throws {
        let x = try Tensor([1, 2, 3] as [Float])
        let y = try Tensor([3, 2, 1] as [Float])
        #expect(try x.less(y).toBytes() == [1, 0, 0])
        #expect(try x.lessOrEqual(2).toBytes() == [1, 1, 0])
        #expect(try x.greater(2).toBytes() == [0, 0, 1])
        #expect(try x.greaterOrEqual(y).toBytes() == [0, 1, 1])
        #expect(try x.equal(y).toBytes() == [0, 1, 0])
        #expect(try x.notEqual(2).toBytes() == [1, 0, 1])
        #expect(try x.less(y).or(x.greater(y)).toBytes() == [1, 0, 1])
        #expect(try x.greater(1).and(x.less(3)).not().toBytes() == [1, 0, 1])
        #expect(try Tensor.choose(x.less(y), x, y).toFloats() == [1, 2, 1])
        #expect(try x.maskedFill(x.equal(2), -1).toFloats() == [1, -1, 3])
    }

    @Test func inPlace() throws {
        let x = try Tensor([1, 2] as [Float])
        let y = try Tensor([10, 20] as [Float])
        try x.addInPlace(y)
        try x.subtractInPlace(1)
        try x.multiplyInPlace(y)
        try x.divideInPlace(10)
        #expect(try x.toFloats() == [10, 42])
    }

    @Test func reductions() throws {
        let x = try Tensor([1, -2, 3, 4, 0, -6] as [Double], shape: [2, 3])
        #expect(try x.sum().item() == 0)
        #expect(try x.sum([0]).toDoubles() == [5, -2, -3])
        #expect(try x.sum([1], keepDimensions: true).shape == [2, 1])
        #expect(try x.mean([1]).toDoubles() == [2.0 / 3, -2.0 / 3])
        #expect(try x.amax().item() == 4)
        #expect(try x.amin([0]).toDoubles() == [1, -2, -6])
        try expectClose(try x.norm([1]).toDoubles(), [3.7416573868, 7.2111025509])
        try expectClose([try x.norm().item()], [8.1240384046])
        #expect(try x.countNonzero().itemInt() == 5)
        #expect(try x.countNonzero([0]).toInts() == [2, 1, 2])
        #expect(try x.greater(-7).all().itemInt() == 1)
        #expect(try x.greater(3).any([1]).toBytes() == [0, 1])
        #expect(try x.cumsum(dimension: 1).toDoubles() == [1, -1, 2, 4, 4, -2])
        #expect(try x.isAllFinite)
        #expect(try !(x / 0).isAllFinite)
    }

    @Test func orderIsStable() throws {
        let x = try Tensor([2, 1, 2, 1, 3, 2] as [Float])
        let (values, indices) = try x.sort()
        #expect(try values.toFloats() == [1, 1, 2, 2, 2, 3])
        #expect(try indices.toInts() == [1, 3, 0, 2, 5, 4])
        #expect(try x.argsort(descending: true).toInts() == [4, 0, 2, 5, 1, 3])
        #expect(try x.topk(3).indices.toInts() == [4, 0, 2])
        #expect(try x.topk(3, largest: false).indices.toInts() == [1, 3, 0])
        #expect(try (1...6).map { try x.kthValue($0) } == [1, 1, 2, 2, 2, 3])
        #expect(throws: TorchError.self) { try x.kthValue(0) }
        #expect(throws: TorchError.self) { try x.kthValue(7) }
        #expect(try Tensor([1, 5, 5, 0] as [Float], shape: [2, 2]).argmax().toInts() == [1, 0])
        // Many equal elements: a partial or unstable selection would shuffle them.
        let many = try Tensor((0..<100_000).map { Float($0 % 3) })
        let order = try many.argsort().toInts()
        #expect(order.prefix(3) == [0, 3, 6])
        #expect(zip(order, order.dropFirst()).allSatisfy { $0 % 3 < $1 % 3 || ($0 % 3 == $1 % 3 && $0 < $1) })
    }

    @Test func errorsNameOperationAndReason() throws {
        let two = try Tensor.zeros([2])
        let three = try Tensor.zeros([3])
        let failures: [(String, () throws -> Void, String)] = [
            ("+", { _ = try two + three }, "size of tensor a (2) must match the size of tensor b (3)"),
            ("reshape", { _ = try two.reshape([5]) }, "shape '[5]' is invalid for input of size 2"),
            ("matmul", { _ = try Tensor.zeros([2, 2]).matmul(try Tensor.zeros([3, 3])) }, "cannot be multiplied"),
            ("item", { _ = try two.item() }, "cannot be converted to Scalar"),
            ("Tensor(_:shape:)", { _ = try Tensor([1, 2] as [Float], shape: [3]) }, "takes 12 bytes, not 8"),
            ("toArray", { _ = try two.toArray(of: Int.self) }, "holds float32, not int64"),
            ("indexSelect", { _ = try two.indexSelect(try Tensor([9] as [Int])) }, "out of range"),
            ("conv2d", { _ = try two.conv2d(weight: three, bias: nil) }, "(batch, channels, height, width)"),
        ]
        for (operation, call, reason) in failures {
            let error = #expect(throws: TorchError.self) { try call() }
            #expect(error?.operation == operation)
            #expect(error?.message.contains(reason) == true, "\(operation): \(error?.message ?? "")")
            #expect(error?.message.contains("\n") == false)
        }
        let memory = #expect(throws: TorchError.self) { try Tensor.zeros([1 << 50]) }
        #expect(memory?.code == .outOfMemory)
    }

    @Test func threadsAndVersion() throws {
        #expect(Torch.version.hasPrefix("2."))
        #expect(throws: TorchError.self) { try setThreads(0) }
    }

    /// In a process of its own, because the number is the process's.
    @Test(.timeLimit(.minutes(1))) func threadsCanChange() async {
        await #expect(processExitsWith: .success) {
            for count in [1, 2, 1] {
                try setThreads(count)
                #expect(threads == count)
                _ = try Tensor.ones([300, 300]).matmul(try Tensor.ones([300, 300]))
            }
        }
    }
}
