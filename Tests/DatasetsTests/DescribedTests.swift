import Foundation
import Sweep
import Testing
import Torch

@testable import Datasets

/// Data sets that the sweep file describes instead of the catalogue.
@Suite struct DescribedTests {
    static func says(_ text: String, _ body: () throws -> Void) {
        let error = #expect(throws: DatasetError.self, performing: body)
        #expect(error?.description.contains(text) == true, "\(String(describing: error)) does not say \(text)")
    }

    /// Images 2x3 of MNIST's layout; the pixels of image i are 10 i + 0...5, its label is i % 3.
    static func writeIDX(
        _ folder: DataFolder, _ name: String, training: String = "train", test: String = "t10k", count: UInt8 = 6
    ) throws {
        for (part, count) in [(training, count), (test, 3)] {
            let pixels = (0..<count).flatMap { image in (0..<6).map { 10 * image + $0 } }
            try folder.write(FormatTests.idx(3, [count, 2, 3], pixels), to: "\(name)/\(part)-images-idx3-ubyte")
            try folder.write(
                FormatTests.idx(1, [count], (0..<count).map { $0 % 3 }), to: "\(name)/\(part)-labels-idx1-ubyte")
        }
    }

    static func record(_ labels: [UInt8], _ red: UInt8) -> [UInt8] {
        labels + Array(repeating: red, count: 1024) + Array(repeating: 0, count: 1024)
            + Array(repeating: 255, count: 1024)
    }

    @Test(arguments: [("train", "t10k"), ("emnist-balanced-train", "emnist-balanced-test")])
    func idxOfAnyName(training: String, test: String) throws {
        let folder = try DataFolder()
        try Self.writeIDX(folder, "mine", training: training, test: test)
        let reference = try folder.reference("mine")
        let description = try #require(reference.description)
        #expect(description.format == .idx && description.image == [1, 2, 3] && description.classes == 3)
        // 0...5, 10...15, ..., 50...55: their mean is 27.5, their variance 875 / 3 + 35 / 12.
        #expect(description.mean == [0.1078])
        #expect(description.deviation == [0.0673])
        let data = try folder.load(reference)
        #expect(data.imageShape == [1, 2, 3] && data.classes == 3)
        let (inputs, labels) = try data.training.batch(Tensor([Int64(4)]))
        #expect(try labels.toInts() == [1])
        let expected = (40...45).map { Float((Double($0) / 255 - 0.1078) / 0.0673) }
        #expect(try inputs.toFloats() == expected)
    }

    @Test func cifarHundredHasFineLabels() throws {
        let folder = try DataFolder()
        let records = (0..<100).flatMap { Self.record([UInt8($0 / 5), $0], $0) }
        try folder.write(records, to: "c100/train.bin")
        try folder.write(Self.record([19, 99], 7), to: "c100/test.bin")
        let reference = try folder.reference("c100")
        #expect(reference.description?.format == .cifar100)
        let data = try folder.load(reference)
        #expect(data.classes == 100 && data.training.count == 100)
        #expect(try data.training.batch(Tensor.range(100)).labels.toInts() == Array(0..<100))
        #expect(try data.test.batch(Tensor.range(1)).labels.toInts() == [99])
    }

    @Test func cifarTenOfOnesOwn() throws {
        let folder = try DataFolder()
        for file in 1...5 {
            try folder.write(
                Self.record([UInt8(2 * file - 2)], 1) + Self.record([UInt8(2 * file - 1)], 1),
                to: "own/data_batch_\(file).bin")
        }
        try folder.write(Self.record([3], 1), to: "own/test_batch.bin")
        let reference = try folder.reference("own")
        #expect(reference.description?.format == .cifar10)
        let data = try folder.load(reference)
        #expect(try data.training.batch(Tensor.range(10)).labels.toInts() == Array(0..<10))
        // All red 1, green 0, blue 255.
        #expect(reference.description?.mean == [0.0039, 0, 1])
    }

    static let damagedCIFAR: [(bytes: [UInt8], says: String)] = [
        ([], "0 bytes"), (Array(record([1], 1).dropLast()), "3072 bytes, not a number of whole records of 3073"),
        (record([1], 1) + [0], "3074 bytes"), (record([1], 1) + record([10], 1), "label 10 in record 1"),
    ]

    @Test(arguments: damagedCIFAR) func cifarRefuses(file: (bytes: [UInt8], says: String)) {
        Self.says("x.bin") { _ = try CIFAR.read(file.bytes, labelBytes: 1, classes: 10, name: "x.bin") }
        Self.says(file.says) { _ = try CIFAR.read(file.bytes, labelBytes: 1, classes: 10, name: "x.bin") }
    }

    // MARK: - What cannot be used

    @Test func theContentMustBeTheDescribedOne() throws {
        let folder = try DataFolder()
        try Self.writeIDX(folder, "mine")
        let reference = try folder.reference("mine")
        var other = reference
        other.description?.classes = 2
        Self.says("labels are 0 to 1") { _ = try folder.load(other) }
        other = reference
        other.description?.image = [1, 3, 2]
        Self.says("have shape [1, 2, 3], not [1, 3, 2]") { _ = try folder.load(other) }
        other = reference
        other.description?.classes = 4
        Self.says("lack class 3") { _ = try folder.load(other) }
        other = reference
        other.trainingImages = 7
        Self.says("asks for 7 training images of mine, which has 6") { _ = try folder.load(other) }
        other = reference
        other.trainingImages = 2
        Self.says("use more training images") { _ = try folder.load(other) }
        try Self.writeIDX(folder, "mine", count: 9)
        Self.says("instead of \(reference.digest)") { _ = try folder.load(reference) }
    }

    @Test func filesMustBeThereOnce() throws {
        let folder = try DataFolder()
        Self.says("cannot read the folder \(folder.path)/mine") { _ = try folder.reference("mine") }
        try Self.writeIDX(folder, "mine")
        try folder.write([], to: "mine/train-images-idx3-ubyte.gz")
        Self.says("has 2 files with idx3 and train") { _ = try folder.reference("mine") }
    }

    /// A lease comes over the network.
    @Test(arguments: ["../etc", "/etc", "..", ".hidden", "a/b", "", "a\u{0}b", "a\nb"])
    func noPathGetsIn(name: String) throws {
        let folder = try DataFolder()
        try Self.writeIDX(folder, "mine")
        var reference = try folder.reference("mine")
        reference.description?.folder = name
        Self.says("plain name") { _ = try folder.load(reference) }
        Self.says("no folder name") { _ = try folder.reference(name) }
    }

    static let faults: [(String, @Sendable (inout DatasetDescription) -> Void)] = [
        ("channels", { $0.image = [2, 3, 3] }), ("sides of 1 to 1024", { $0.image = [1, 1 << 40, 1 << 40] }),
        ("not [1, 0, 3]", { $0.image = [1, 0, 3] }), ("not []", { $0.image = [] }),
        ("classes are 2 to 100000, not -1", { $0.classes = -1 }), ("one number per channel", { $0.mean = [] }),
        ("more than 0", { $0.deviation = [0] }), ("a folder is missing", { $0.folder = nil }),
        ("has no folder", { $0.format = .synthetic }),
    ]

    @Test(arguments: faults)
    func aHostileDescriptionIsRefused(
        fault: (says: String, change: @Sendable (inout DatasetDescription) -> Void)
    ) throws {
        var description = DatasetDescription(
            format: .idx, folder: "mine", image: [1, 2, 3], classes: 3, mean: [0.5], deviation: [0.5])
        #expect(description.fault == nil)
        fault.change(&description)
        let reference = DatasetReference(name: "mine", digest: "", validation: 0.1, description: description)
        Self.says(fault.says) { _ = try Dataset(reference, dataDirectory: "/nowhere") }
    }

    // MARK: - Made up

    static func synthetic(image: [Int], classes: Int, count: Int) -> DatasetReference {
        DatasetReference(
            name: "synthetic", digest: "", validation: 0.1, trainingImages: count,
            description: DatasetDescription(
                format: .synthetic, folder: nil, image: image, classes: classes,
                mean: Array(repeating: 0.5, count: image[0]), deviation: Array(repeating: 0.18, count: image[0])))
    }

    /// The nearest mean of the training images, class by class, finds the class of every test image.
    @Test func syntheticImagesAreSeparableAndTheSameEveryTime() throws {
        let reference = Self.synthetic(image: [3, 12, 10], classes: 5, count: 100)
        let data = try Dataset(reference, dataDirectory: "")
        let (inputs, labels) = try data.training.batch(Tensor.range(100))
        #expect(
            try inputs.toFloats()
                == Dataset(reference, dataDirectory: "").training.batch(Tensor.range(100)).inputs.toFloats())
        #expect(try abs(inputs.mean().item()) < 0.3)
        let images = try inputs.reshape([100, 360])
        let classes = try labels.toInts()
        let means = try (0..<5).map { label in
            try images.indexSelect(Tensor(classes.indices.filter { classes[$0] == label }.map { Int64($0) }))
                .mean([0])
        }
        let (tests, expected) = try data.test.batch(Tensor.range(100))
        let flat = try tests.reshape([100, 360])
        for (index, label) in try expected.toInts().enumerated() {
            let image = try flat.narrow(dimension: 0, start: index, length: 1).reshape([360])
            let distances = try means.map { try (image - $0).square().sum().item() }
            #expect(distances.indices.min { distances[$0] < distances[$1] } == label)
        }
    }
}
