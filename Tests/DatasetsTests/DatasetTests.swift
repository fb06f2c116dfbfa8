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
        #expect(message(other, folder.path).contains("this engine has cifar-10, digits, mnist"))
    }

    @Test func splitHoldsOutByShareAndSeed() throws {
        let split = try Split(count: 1000, share: 0.1, seed: 1)
        #expect(split.validation.count == 100)
        #expect(Set(split.validation).union(split.training) == Set(0..<1000))
        #expect(try split.validation == Split(count: 1000, share: 0.1, seed: 1).validation)
        #expect(try split.validation != Split(count: 1000, share: 0.1, seed: 2).validation)
        #expect(try Split(count: 10, share: 0, seed: 1).validation.isEmpty)
    }

    @Test(arguments: [(count: 4, share: 0.1), (1, 0.5), (0, 0), (0, 0.1)])
    func aSplitWithAnEmptyPartIsRefused(count: Int, share: Double) {
        let error = #expect(throws: DatasetError.self) { try Split(count: count, share: share, seed: 1) }
        #expect(error?.description.contains("of \(count) training images") == true, "\(String(describing: error))")
    }

    @Test func everyEpochHasAnOrderOfItsOwn() throws {
        let split = try Split(count: 200, share: 0.1, seed: 1)
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

    @Test(
        .enabled(if: ProcessInfo.processInfo.environment["ESPALIER_DATA"] != nil, "set ESPALIER_DATA to test CIFAR-10"))
    func cifarIsWhatItShouldBe() throws {
        let data = try #require(ProcessInfo.processInfo.environment["ESPALIER_DATA"])
        let cifar = try Dataset(Self.reference("cifar-10"), dataDirectory: data)
        #expect(cifar.imageShape == [3, 32, 32])
        #expect(cifar.test.count == 10000)
        let (inputs, labels) = try cifar.training.batch(Tensor.range(50000))
        for channel in 0..<3 {
            let plane = try inputs.narrow(dimension: 1, start: channel, length: 1)
            #expect(try abs(plane.mean().item()) < 1e-3)
            #expect(try abs(plane.square().mean().item() - 1) < 1e-3)
        }
        // frog, truck, truck, deer, automobile.
        #expect(try labels.toInts().prefix(5) == [6, 9, 9, 4, 1])
        #expect(try labels.equal(3).countNonzero().itemInt() == 5000)
        // The first pixel of the first image is (59, 62, 63).
        let first = try inputs.narrow(dimension: 0, start: 0, length: 1).reshape([3, 1024]).toFloats()
        for (channel, (byte, norm)) in zip([59, 62, 63], [(0.4914, 0.2470), (0.4822, 0.2435), (0.4465, 0.2616)])
            .enumerated()
        {
            #expect(abs(Double(first[1024 * channel]) - (Double(byte) / 255 - norm.0) / norm.1) < 1e-6)
        }
        // A part has as many images of each class, and is part of a larger part.
        var part = try Self.reference("cifar-10")
        part.trainingImages = 1000
        let few = try Dataset(part, dataDirectory: data).training
        #expect(few.count == 1000)
        let classes = try few.batch(Tensor.range(1000)).labels.toInts()
        for label in 0..<10 { #expect(classes.count { $0 == label } == 100) }
    }
}
