import Foundation
import Sweep
import Testing
import Torch

@testable import Datasets

/// `espalier-engine dataset` describes what a stage can use, and nothing else.
@Suite struct SurveyTests {
    /// IDX files of 2x3 pixels with these labels.
    static func folder(_ training: [UInt8], _ test: [UInt8], testHeight: UInt8 = 2) throws -> DataFolder {
        let folder = try DataFolder()
        for (part, labels, height) in [("train", training, 2), ("t10k", test, testHeight)] {
            let count = UInt8(labels.count)
            let pixels = labels.flatMap { Array(repeating: 10 * $0, count: 3 * Int(height)) }
            try folder.write(FormatTests.idx(3, [count, height, 3], pixels), to: "own/\(part)-images-idx3-ubyte")
            try folder.write(FormatTests.idx(1, [count], labels), to: "own/\(part)-labels-idx1-ubyte")
        }
        return folder
    }

    static func lines(_ folder: DataFolder, _ name: String = "own") throws -> (DatasetReference, [String]) {
        var lines: [String] = []
        let reference = try Dataset.description(
            ofFolder: name, dataDirectory: folder.path, image: nil, report: { lines.append($0) })
        return (reference, lines)
    }

    // MARK: - Labels

    @Test func labelsFromOneOnAreCountedFromZero() throws {
        let folder = try Self.folder([1, 3, 2, 3], [3, 1])
        let (reference, lines) = try Self.lines(folder)
        #expect(reference.description?.classes == 3)
        #expect(
            lines == [
                "the labels 1 to 3 are counted from 0, as 0 to 2", "training: 4 images (1: 1, 2: 1, 3: 2)",
                "test: 2 images (1: 1, 2: 0, 3: 1)",
            ])
        let data = try folder.load(reference)
        #expect(data.classes == 3)
        #expect(try data.training.batch(Tensor.range(4)).labels.toInts() == [0, 2, 1, 2])
        #expect(try data.test.batch(Tensor.range(2)).labels.toInts() == [2, 0])
    }

    /// Only where 1 is the first label of both parts and the last is the number of classes.
    @Test func otherLabelsStayAsTheyAre() throws {
        let folder = try Self.folder([0, 1, 2], [1, 2])
        let (reference, lines) = try Self.lines(folder)
        #expect(lines == ["training: 3 images (0: 1, 1: 1, 2: 1)", "test: 2 images (0: 0, 1: 1, 2: 1)"])
        #expect(try folder.load(reference).test.batch(Tensor.range(2)).labels.toInts() == [1, 2])
        var fromOne = try Self.lines(Self.folder([1, 2], [1])).0
        let two = try Self.folder([1, 2], [1])
        fromOne.description?.classes = 3
        DescribedTests.says("lack class 0") { _ = try two.load(fromOne) }
    }

    static let unusable: [(training: [UInt8], test: [UInt8], testHeight: UInt8, says: String)] = [
        ([0, 2, 0], [0], 2, "the 2 classes among the 3 training images of own lack class 1"),
        ([1, 2], [0, 1], 2, "lack class 0"), ([1, 2, 4], [1], 2, "lack class 3"), ([5, 6], [5], 2, "lack class 0"),
        ([0, 1], [0, 3], 2, "lack class 2"), ([0, 0], [0], 2, "classes are 2 to 100000, not 1"),
        ([1, 1], [1], 2, "classes are 2 to 100000, not 1"),
        ([0, 1], [0], 3, "have shape [1, 2, 3], the test images [1, 3, 3]"),
    ]

    @Test(arguments: unusable) func whatNoStageCanUseIsNotDescribed(
        _ files: (training: [UInt8], test: [UInt8], testHeight: UInt8, says: String)
    ) throws {
        let folder = try Self.folder(files.training, files.test, testHeight: files.testHeight)
        DescribedTests.says(files.says) { _ = try Self.lines(folder) }
    }

    @Test func aClassOfCIFARWithoutATrainingImageIsNamed() throws {
        let folder = try DataFolder()
        for file in 1...5 {
            try folder.write(DescribedTests.record([UInt8(file)], 1), to: "own/data_batch_\(file).bin")
        }
        try folder.write(DescribedTests.record([3], 1), to: "own/test_batch.bin")
        DescribedTests.says("lack class 0") { _ = try Self.lines(folder) }
    }

    // MARK: - Image folders

    @Test func aClassOrPartWithoutAPictureIsNamed() throws {
        let folder = try PictureSearchTests.folder()
        for part in ["train", "test"] { try folder.write([], to: "pets/\(part)/bee/notes.txt") }
        try folder.write(PictureSearchTests.picture, to: "pets/test/bee/1.png")
        DescribedTests.says("training images of pets lack class bee") {
            _ = try folder.reference("pets", image: [3, 2, 2])
        }
        let empty = try DataFolder()
        for part in ["train", "test"] {
            for name in ["cat", "dog"] { try empty.write([], to: "pets/\(part)/\(name)/notes.txt") }
        }
        DescribedTests.says("has 0 training and 0 test images") { _ = try empty.reference("pets", image: [3, 2, 2]) }
    }

    @Test func aFolderOfNoKnownKindIsRefused() throws {
        let folder = try DataFolder()
        try folder.write([1], to: "own/data_batch_1")
        DescribedTests.says("own holds no data set in a format that is read") { _ = try Self.lines(folder) }
    }

    /// The same files are read as other images than by versions before: a description of theirs must not be taken for one of
    /// these images.
    @Test func theDigestTellsHowPicturesAreRead() throws {
        let folder = try PictureSearchTests.folder()
        let reference = try folder.reference("pets", image: [3, 2, 2])
        var old = reference
        let layout = try PictureSearchTests.layout(folder)
        old.digest = DatasetCatalogue.digest(of: try layout.files.checksums(of: layout.names))
        #expect(old.digest != reference.digest)
        DescribedTests.says("describe them again with `espalier-engine dataset`, also where an earlier version") {
            _ = try folder.load(old)
        }
        let files = try Self.folder([0, 1], [0])
        let idx = try Self.lines(files).0
        let plain = try IDXFolder(DatasetFiles(dataset: "own", folder: "own", dataDirectory: files.path))
        #expect(idx.digest == DatasetCatalogue.digest(of: try plain.files.checksums(of: plain.names)))
    }

    /// A clock that goes on by two seconds per picture.
    @Test func aLongReadingSaysHowFarItIs() throws {
        let folder = try PictureSearchTests.folder()
        for index in 2...4 { try folder.write(PictureSearchTests.picture, to: "pets/test/dog/\(index).png") }
        var (time, lines) = (ContinuousClock.Instant.now, [String]())
        _ = try Dataset.description(
            ofFolder: "pets", dataDirectory: folder.path, image: [3, 2, 2], report: { lines.append($0) },
            now: {
                time += .seconds(2)
                return time
            })
        #expect(lines.filter { $0.contains("so far") } == [1, 6].map { "read \($0) of 7 pictures so far" })
    }
}
