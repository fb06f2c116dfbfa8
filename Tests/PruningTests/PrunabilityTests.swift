import Foundation
import Networks
import Testing
import Torch

@testable import Pruning

@Suite struct PrunabilityTests {
    /// One layer of 10,000 weights whose loss is a function of the share that is left.
    static func measure(_ loss: (Double) -> Double) throws -> Double? {
        var network = Network(name: "one", inputShape: [1000])
        try network.append("a", .linear(outputs: 10))
        return try Prunability.measure(of: network, network.initialParameters(seed: 0)) { parameters in
            let weight = try #require(parameters["a.weight"]).abs()
            let dense = try #require(network.initialParameters(seed: 0)["a.weight"]).abs()
            let gone = try dense.maskedFill(weight.notEqual(0), 0).amax().item()
            let left = try weight.maskedFill(weight.equal(0), 1).amin().item()
            #expect(gone <= left, "a larger weight went")
            return loss(try Double(weight.countNonzero().itemInt()) / 10_000)
        }
    }

    @Test func isTheSmallestShareBeforeTheLossRises() throws {
        #expect(try Self.measure { $0 >= 0.3 ? 1 : 2 } == pow(10, -0.5))
        #expect(try Self.measure { $0 >= 0.3 ? 1.1 / 1.1 : 1.11 } == pow(10, -0.5))
        #expect(try Self.measure { _ in 1 } == 0.01)
        #expect(try Self.measure { $0 < 1 ? 1.1001 : 1 } == 1)
        #expect(try Self.measure { $0 < 1 ? 1.0999 : 1 } == 0.01)
        // A loss that comes down again does not count.
        #expect(try Self.measure { (0.45...0.55).contains($0) ? 2 : 1 } == pow(10, -0.2))
        #expect(try Self.measure { _ in .infinity } == nil)
        #expect(try Self.measure { $0 < 1 ? .nan : 1 } == 1)
    }
}
