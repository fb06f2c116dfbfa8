internal import Sweep

extension Dataset.Content {
    /// A data set of the catalogue.
    init(catalogued reference: DatasetReference, dataDirectory: String) throws {
        guard let entry = DatasetCatalogue[reference.name], let read = Dataset.catalogueReaders[reference.name] else {
            throw DatasetError(
                "unknown data set '\(reference.name)'; this engine has \(Dataset.names.joined(separator: ", "))")
        }
        guard entry.digest == reference.digest else {
            throw DatasetError(
                "the stage was planned for the data set \(entry.name) with digest \(reference.digest), this engine has "
                    + "digest \(entry.digest); use the same version of Espalier on every machine")
        }
        self = try read(DatasetFiles(entry, dataDirectory: dataDirectory))
        for (name, images, count) in [
            ("training", training, entry.trainingImages), ("test", test, entry.testImages),
        ] {
            guard images.labels.count == count, images.shape == [entry.channels, entry.height, entry.width] else {
                throw DatasetError(
                    "the \(name) set of \(entry.name) holds \(images.labels.count) images of shape \(images.shape), not the "
                        + "\(count) of the catalogue; fetch the original files again")
            }
        }
    }
}

extension Dataset {
    private static let tenClasses = (0..<10).map(String.init)

    /// How each data set of the catalogue is read from its verified files.
    static let catalogueReaders: [String: @Sendable (DatasetFiles) throws -> Content] = [
        "digits": { files in
            let bytes = try files.unpacked("digits.csv.gz", limit: 1 << 20)
            let images = try DigitsCSV.read(bytes, name: "digits.csv.gz")
            // Mean and deviation of the 1,438 training images, measured.
            return Content(
                training: images.selecting { $0 % 5 != 4 }, test: images.selecting { $0 % 5 == 4 },
                normalization: Normalization(scale: 16, mean: [0.3058], deviation: [0.3764]),
                classNames: tenClasses)
        },
        "mnist": { files in
            func read(_ part: String, count: Int) throws -> RawImages {
                let names = (images: "\(part)-images-idx3-ubyte.gz", labels: "\(part)-labels-idx1-ubyte.gz")
                return try IDX.read(
                    images: files.unpacked(names.images, limit: 16 + count * 784),
                    labels: files.unpacked(names.labels, limit: 8 + count),
                    imagesName: names.images, labelsName: names.labels, classes: 10)
            }
            // Mean and deviation of the 60,000 training images, the values in general use.
            return Content(
                training: try read("train", count: 60000), test: try read("t10k", count: 10000),
                normalization: Normalization(scale: 255, mean: [0.1307], deviation: [0.3081]),
                classNames: tenClasses)
        },
        "cifar-10": { files in
            let (training, test) = try CIFAR.ten.read(files, folder: "cifar-10-batches-bin/")
            // Mean and deviation of the 50,000 training images, the values in general use.
            return Content(
                training: training, test: test,
                normalization: Normalization(
                    scale: 255, mean: [0.4914, 0.4822, 0.4465], deviation: [0.2470, 0.2435, 0.2616]),
                classNames: tenClasses)
        },
    ]
}
