import Foundation
import Sweep
import Testing
import Torch

@testable import Datasets

@Suite struct DatasetTests {
    static func reference(_ name: String) throws -> DatasetReference {
        let entry = try #require(DatasetCatalogue[name])
        return DatasetReference(name: name, digest: entry.digest, validation: 0.1)
    }

    @Test func catalogueAndLoadersAgree() {
        #expect(Dataset.names == DatasetCatalogue.names.sorted())
    }

    @Test func digitsAreSplitAndNormalised() throws {
        let digits = try Dataset(Self.reference("digits"), dataDirectory: "")
        #expect(digits.training.count == 1438)
        #expect(digits.test.count == 359)
        let (inputs, labels) = try digits.training.batch(Tensor.range(1438))
        #expect(inputs.shape == [1438, 1, 8, 8])
        #expect(try abs(inputs.mean().item()) < 1e-3)
        #expect(try abs(inputs.square().mean().item() - 1) < 1e-3)
        // The first lines of the file are 0, 1, 2, 3, 4 (test), 5.
        #expect(try labels.toInts().prefix(5) == [0, 1, 2, 3, 5])
        #expect(try digits.test.batch(Tensor.range(1)).labels.toInts() == [4])
        // The third pixel of the first image is 5 of 16.
        let third = try inputs.flatten().toFloats()[2]
        #expect(abs(Double(third) - (5.0 / 16 - 0.3058) / 0.3764) < 1e-5)
    }

    @Test func refusesWhatItCannotUse() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-\(UUID())")
        let mnist = folder.appendingPathComponent("mnist")
        try FileManager.default.createDirectory(at: mnist, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func message(_ reference: DatasetReference, _ directory: String) -> String {
            let error = #expect(throws: DatasetError.self) { try Dataset(reference, dataDirectory: directory) }
            return error?.description ?? ""
        }
        let reference = try Self.reference("mnist")
        #expect(message(reference, "").contains("--data DIR"))
        #expect(message(reference, "/nowhere").contains("no data directory /nowhere"))
        #expect(message(reference, folder.path).contains("cannot read \(mnist.path)/train-images-idx3-ubyte.gz"))
        try Data("not it".utf8).write(to: mnist.appendingPathComponent("train-images-idx3-ubyte.gz"))
        let found = message(reference, folder.path)
        #expect(found.contains("SHA-256 is 06121725"), "\(found)")
        #expect(found.contains("440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"))
        var other = reference
        other.digest = "00"
        #expect(message(other, folder.path).contains("digest 00"))
        other.name = "cifar"
        #expect(message(other, folder.path).contains("this engine has digits, mnist"))
    }

    @Test func splitHoldsOutByShareAndSeed() {
        let split = Split(count: 1000, share: 0.1, seed: 1)
        #expect(split.validation.count == 100)
        #expect(Set(split.validation).union(split.training) == Set(0..<1000))
        #expect(split.validation == Split(count: 1000, share: 0.1, seed: 1).validation)
        #expect(split.validation != Split(count: 1000, share: 0.1, seed: 2).validation)
        #expect(Split(count: 10, share: 0, seed: 1).validation.isEmpty)
    }

    @Test func everyEpochHasAnOrderOfItsOwn() {
        let split = Split(count: 200, share: 0.1, seed: 1)
        let orders = [(0, 0), (0, 1), (1, 0)].map { split.order(round: $0.0, epoch: $0.1) }
        for order in orders { #expect(order.sorted() == split.training) }
        #expect(Set(orders).count == 3)
        #expect(orders[1] == split.order(round: 0, epoch: 1))
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["ESPALIER_DATA"] != nil, "set ESPALIER_DATA to test MNIST"))
    func mnistIsWhatItShouldBe() throws {
        let data = try #require(ProcessInfo.processInfo.environment["ESPALIER_DATA"])
        let mnist = try Dataset(Self.reference("mnist"), dataDirectory: data)
        #expect(mnist.training.count == 60000)
        let (inputs, labels) = try mnist.training.batch(Tensor.range(60000))
        #expect(try abs(inputs.mean().item()) < 1e-3)
        #expect(try labels.toInts().prefix(5) == [5, 0, 4, 1, 9])
        #expect(try labels.equal(1).countNonzero().itemInt() == 6742)
    }
}
