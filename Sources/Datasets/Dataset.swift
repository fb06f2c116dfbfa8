package import Sweep

/// An image classification data set in memory.
package struct Dataset {
    package let entry: DatasetCatalogue.Entry
    /// All training images; ``Split`` holds some out for validation.
    package let training: Examples
    package let test: Examples

    /// Channels, height, width.
    package var imageShape: [Int] { [entry.channels, entry.height, entry.width] }

    /// The names of the data sets that can be loaded, sorted.
    package static var names: [String] { loaders.keys.sorted() }

    /// Loads and verifies a stage's data set.
    ///
    /// - Parameter dataDirectory: Data sets are folders inside; empty when the worker was given none.
    /// - Throws: ``DatasetError`` for an unknown name, a missing directory or file, and content that is not the catalogue's.
    package init(_ reference: DatasetReference, dataDirectory: String) throws {
        guard let entry = DatasetCatalogue[reference.name], let loader = Self.loaders[reference.name] else {
            throw DatasetError(
                "unknown data set '\(reference.name)'; this engine has \(Self.names.joined(separator: ", "))")
        }
        guard entry.digest == reference.digest else {
            throw DatasetError(
                "the stage was planned for the data set \(entry.name) with digest \(reference.digest), this engine has "
                    + "digest \(entry.digest); use the same version of Espalier on every machine")
        }
        let (training, test) = try loader.read(DatasetFiles(entry, dataDirectory: dataDirectory))
        for (name, images, count) in [
            ("training", training, entry.trainingImages), ("test", test, entry.testImages),
        ] {
            guard images.labels.count == count, images.shape == [entry.channels, entry.height, entry.width] else {
                throw DatasetError(
                    "the \(name) set of \(entry.name) holds \(images.labels.count) images of shape \(images.shape), not the "
                        + "\(count) of the catalogue; fetch the original files again")
            }
        }
        self.entry = entry
        self.training = try Examples(training, normalization: loader.normalization)
        self.test = try Examples(test, normalization: loader.normalization)
    }

    private struct Loader: Sendable {
        let normalization: Normalization
        let read: @Sendable (DatasetFiles) throws -> (training: RawImages, test: RawImages)
    }

    private static let loaders: [String: Loader] = [
        // Mean and deviation of the 1,438 training images, measured.
        "digits": Loader(normalization: Normalization(scale: 16, mean: 0.3058, deviation: 0.3764)) { files in
            let bytes = try files.unpacked("digits.csv.gz", limit: 1 << 20)
            let images = try DigitsCSV.read(bytes, name: "digits.csv.gz")
            return (images.selecting { $0 % 5 != 4 }, images.selecting { $0 % 5 == 4 })
        },
        // Mean and deviation of the 60,000 training images, the values in general use.
        "mnist": Loader(normalization: Normalization(scale: 255, mean: 0.1307, deviation: 0.3081)) { files in
            func read(_ part: String, count: Int) throws -> RawImages {
                let names = (images: "\(part)-images-idx3-ubyte.gz", labels: "\(part)-labels-idx1-ubyte.gz")
                return try IDX.read(
                    images: files.unpacked(names.images, limit: 16 + count * 784),
                    labels: files.unpacked(names.labels, limit: 8 + count),
                    imagesName: names.images, labelsName: names.labels, classes: 10)
            }
            return (try read("train", count: 60000), try read("t10k", count: 10000))
        },
    ]
}
