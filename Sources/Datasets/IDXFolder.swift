internal import Foundation

/// The four IDX files of a folder, whatever the data set calls them: MNIST, Fashion-MNIST, KMNIST, EMNIST.
///
/// Of the files with "idx3" (images) or "idx1" (labels) in their name, those with "train" are the training set, those
/// with "test" or "t10k" the test set. Gzipped or not. EMNIST's pictures are stored transposed and stay so.
struct IDXFolder {
    private let files: DatasetFiles
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

    func read(classes: Int) throws -> (training: RawImages, test: RawImages) {
        func read(_ part: (images: String, labels: String)) throws -> RawImages {
            try IDX.read(
                images: files.unpacked(part.images, limit: Self.limit),
                labels: files.unpacked(part.labels, limit: Self.limit),
                imagesName: files.path(part.images), labelsName: files.path(part.labels), classes: classes)
        }
        return (try read(training), try read(test))
    }
}
