internal import Foundation
internal import Sweep

extension Dataset.Content {
    /// A data set of the user's own, or one that is made up.
    init(_ reference: DatasetReference, _ description: DatasetDescription, dataDirectory: String) throws {
        if let fault = description.fault {
            throw DatasetError("the description of the data set \(reference.name) is unusable: \(fault)")
        }
        normalization = Normalization(scale: 255, mean: description.mean, deviation: description.deviation)
        classes = description.classes
        guard let folder = description.folder else {
            (training, test) = try SyntheticImages.read(description, trainingImages: reference.trainingImages)
            return
        }
        let files = try DatasetFiles(dataset: reference.name, folder: folder, dataDirectory: dataDirectory)
        let digest = try files.digest(of: description.format.fileNames(files))
        guard digest == reference.digest else {
            throw DatasetError(
                "the files of the data set \(reference.name) in \(files.folder.path) have the digest \(digest) instead of "
                    + "\(reference.digest); put the same files on every machine, or write their digest in the sweep file"
            )
        }
        (training, test) = try description.format.read(files, image: description.image, classes: classes)
        guard training.shape == description.image else {
            throw DatasetError(
                "the images of \(reference.name) have shape \(training.shape), not \(description.image) as described; "
                    + "correct `image` in the sweep file")
        }
    }
}

extension DatasetDescription.Format {
    /// The files that are read, relative to the data set's folder.
    func fileNames(_ files: DatasetFiles) throws -> [String] {
        switch self {
        case .idx: try IDXFolder(files).names
        case .cifar10: CIFAR.tenNames.training + [CIFAR.tenNames.test]
        case .cifar100: [CIFAR.hundredNames.training, CIFAR.hundredNames.test]
        case .imageFolder: try ImageFolder(files).names
        case .synthetic: []
        }
    }

    /// The images of both parts.
    ///
    /// - Parameters:
    ///   - image: The shape that pictures are brought to; formats with a shape of their own keep it.
    ///   - classes: Labels are below.
    func read(
        _ files: DatasetFiles, image: [Int], classes: Int
    ) throws -> (training: RawImages, test: RawImages) {
        switch self {
        case .idx: try IDXFolder(files).read(classes: classes)
        case .cifar10: try CIFAR.readTen(files, classes: classes)
        case .cifar100: try CIFAR.readHundred(files, classes: classes)
        case .imageFolder: try ImageFolder(files).read(image: image, classes: classes)
        case .synthetic:
            throw DatasetError("a synthetic data set has no files; leave `format` out and name it synthetic")
        }
    }
}
