internal import Foundation
internal import Sweep

extension Dataset.Content {
    /// A data set of the user's own, or one that is made up.
    init(_ reference: DatasetReference, _ description: DatasetDescription, dataDirectory: String) throws {
        try reference.checkDescription()
        normalization = Normalization(scale: 255, mean: description.mean, deviation: description.deviation)
        guard let folder = description.folder else {
            (training, test) = try SyntheticImages.read(description, trainingImages: reference.trainingImages)
            classNames = (0..<description.classes).map(String.init)
            return
        }
        let layout = try description.format.layout(
            DatasetFiles(dataset: reference.name, folder: folder, dataDirectory: dataDirectory))
        let digest = try layout.digest()
        guard digest == reference.digest else {
            throw DatasetError(
                "the files of the data set \(reference.name) in \(layout.files.folder.path) have the digest \(digest) "
                    + "instead of \(reference.digest); put the same files on every machine, or describe them again with "
                    + "`espalier-engine dataset`"
                    + (layout.revision == 1 ? "" : ", also where an earlier version of Espalier described them"))
        }
        let parts = try layout.read(image: description.image, classes: description.classes) { _, _ in }
        (training, test, classNames) = (parts.training, parts.test, parts.classNames)
        guard training.shape == description.image else {
            throw DatasetError(
                "the images of \(reference.name) have shape \(training.shape), not \(description.image) as described; "
                    + "correct `image` in the sweep file")
        }
    }
}
