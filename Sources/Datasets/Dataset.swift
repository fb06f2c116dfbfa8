package import Sweep

/// An image classification data set in memory.
package struct Dataset {
    /// The training images a stage uses; ``Split`` holds some out for validation.
    package let training: Examples
    package let test: Examples
    /// Channels, height, width.
    package let imageShape: [Int]
    package let classes: Int

    /// The names of the data sets that can be loaded without a description, sorted.
    package static var names: [String] { catalogueReaders.keys.sorted() }

    /// Loads and verifies a stage's data set.
    ///
    /// - Parameter dataDirectory: Data sets are folders inside; empty when the worker was given none.
    /// - Throws: ``DatasetError`` for an unknown name, a missing directory or file, content that is not what the stage was
    ///   planned for, and too few images.
    package init(_ reference: DatasetReference, dataDirectory: String) throws {
        var content =
            if let description = reference.description {
                try Content(reference, description, dataDirectory: dataDirectory)
            } else {
                try Content(catalogued: reference, dataDirectory: dataDirectory)
            }
        try content.check(reference)
        if let count = reference.trainingImages, count < content.training.labels.count {
            content.training = content.training.selecting(balanced: count)
        }
        let present = Set(content.training.labels)
        if let missing = (0..<Int64(content.classes)).first(where: { !present.contains($0) }) {
            throw DatasetError(
                "the \(present.count) classes among the \(content.training.labels.count) training images of "
                    + "\(reference.name) lack class \(missing); use more training images")
        }
        imageShape = content.training.shape
        classes = content.classes
        training = try Examples(content.training, normalization: content.normalization)
        test = try Examples(content.test, normalization: content.normalization)
    }

    /// What a data set's files hold.
    struct Content {
        var training: RawImages
        var test: RawImages
        var normalization: Normalization
        var classes: Int

        /// Whether it holds what the reference promises.
        func check(_ reference: DatasetReference) throws {
            guard training.labels.count > 0, test.labels.count > 0 else {
                throw DatasetError(
                    "the data set \(reference.name) has \(training.labels.count) training and \(test.labels.count) test "
                        + "images; it needs some of both")
            }
            guard training.shape == test.shape else {
                throw DatasetError(
                    "the training images of \(reference.name) have shape \(training.shape), the test images "
                        + "\(test.shape); they must have one shape")
            }
            if let count = reference.trainingImages, count < 1 || count > training.labels.count {
                throw DatasetError(
                    "the stage asks for \(count) training images of \(reference.name), which has "
                        + "\(training.labels.count); lower training-images")
            }
        }
    }
}
