internal import Foundation

/// The four IDX files of a folder, whatever the data set calls them: MNIST, Fashion-MNIST, KMNIST, EMNIST.
///
/// Of the files with "idx3" (images) or "idx1" (labels) in their name, those with "train" are the training set, those
/// with "test" or "t10k" the test set. Gzipped or not. EMNIST's pictures are stored transposed and stay so; labels that
/// count from 1, as those of its letters, are counted from 0.
struct IDXFolder: DatasetLayout {
    let files: DatasetFiles
    private let training: (images: String, labels: String)
    private let test: (images: String, labels: String)

    /// The most bytes a gzipped file may unpack to.
    private static let limit = 1 << 32

    init(_ files: DatasetFiles) throws {
        self.files = files
        let present = try files.names(in: "").filter { $0.contains("idx") }
        func name(_ part: [String], _ kind: String) throws -> String {
            let found = present.filter { name in name.contains(kind) && part.contains { name.contains($0) } }
            guard found.count == 1, let name = found.first else {
                throw DatasetError(
                    "\(files.folder.path) has \(found.count) files with \(kind) and \(part.joined(separator: " or ")) in "
                        + "their name (\(found.joined(separator: ", "))); leave one of each in the folder")
            }
            return name
        }
        training = (try name(["train"], "idx3"), try name(["train"], "idx1"))
        test = (try name(["test", "t10k"], "idx3"), try name(["test", "t10k"], "idx1"))
    }

    var names: [String] { [training.images, training.labels, test.images, test.labels] }

    func read(image: [Int], classes: Int?, progress: (Int, Int) -> Void) throws -> LabelledParts {
        let trainingLabels = try files.unpacked(training.labels, limit: Self.limit)
        let testLabels = try files.unpacked(test.labels, limit: Self.limit)
        let values =
            try IDX.labels(trainingLabels, name: files.path(training.labels))
            + IDX.labels(testLabels, name: files.path(test.labels))
        let most = Int(values.max() ?? 0)
        let first = values.min() == 1 && most == classes ?? most ? 1 : 0
        let count = classes ?? most - first + 1
        func read(_ images: String, _ labels: [UInt8], _ labelsName: String) throws -> RawImages {
            try IDX.read(
                images: files.unpacked(images, limit: Self.limit), labels: labels, imagesName: files.path(images),
                labelsName: files.path(labelsName), classes: count, firstLabel: first)
        }
        return LabelledParts(
            training: try read(training.images, trainingLabels, training.labels),
            test: try read(test.images, testLabels, test.labels),
            classNames: (first..<first + count).map(String.init),
            remarks: first == 0 ? [] : ["the labels 1 to \(most) are counted from 0, as 0 to \(most - 1)"])
    }
}
