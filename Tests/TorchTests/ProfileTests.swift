import Testing

@testable import Torch

@Suite struct ProfileTests {
    @Test func timeCountsForTheInnermostOperation() throws {
        let a = try Tensor.ones([200, 200])
        let clock = ContinuousClock()
        var found: [[String]: Double] = [:]
        let whole = try clock.measure { found = try profile { for _ in 0..<50 { _ = try a.matmul(a) } } } / .seconds(1)
        let product = try #require(found[["aten::matmul", "aten::mm"]])
        #expect(product > found.values.reduce(0, +) / 2)
        #expect(found[[]] != nil && found.values.allSatisfy { $0 >= 0 })
        // What the callbacks themselves take is in none of the values, so these are less than the whole.
        let total = found.values.reduce(0, +)
        #expect(total <= whole && total > whole / 2)
    }

    /// The backward pass runs on the calling thread, and operations of our own have names too.
    @Test func ownOperationsAndTheirGradientsAreSeen() throws {
        let x = try Tensor.ones([2, 4, 8, 8]).requireGrad()
        let one = try Tensor.ones([4])
        let found = try profile {
            let normal = try x.batchNorm(
                weight: one, bias: one, runningMean: one.clone(), runningVariance: one.clone(), training: true)
            try normal.maxPool2d(kernel: 2).flatten(from: 1).linear(weight: Tensor.ones([3, 64]), bias: nil).sum()
                .backward()
        }
        let names = Set(found.keys.joined())
        for name in ["batch_norm", "max_pool2d", "mkldnn::_linear_pointwise"] {
            #expect(names.contains(name), "\(name) is not among \(names.sorted())")
        }
        for node in ["BatchNorm", "MaxPool", "Linear"] {
            #expect(names.contains { $0.hasSuffix("::\(node)>") }, "\(node) is not among \(names.sorted())")
        }
    }

    /// What runs after a profile appears in none, and a profile that failed does not keep the next from beginning.
    @Test func profilesEnd() throws {
        struct Stop: Error {}
        let x = try Tensor.ones([3])
        #expect(throws: Stop.self) {
            _ = try profile {
                _ = try x.exp()
                throw Stop()
            }
        }
        _ = try x.sqrt()
        let found = try profile { _ = try x.abs() }
        let names = Set(found.keys.joined())
        #expect(names.contains("aten::abs"))
        #expect(names.isDisjoint(with: ["aten::exp", "aten::sqrt"]))
    }

    @Test func profilesDoNotNest() throws {
        let x = try Tensor.ones([3])
        let found = try profile {
            #expect(throws: TorchError.self) { _ = try profile {} }
            _ = try x.exp()
        }
        #expect(found.keys.contains(["aten::exp"]))
    }
}
