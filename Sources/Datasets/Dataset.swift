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
        try content.take(reference)
        imageShape = content.training.shape
        classes = content.classNames.count
        training = try Examples(content.training, normalization: content.normalization)
        test = try Examples(content.test, normalization: content.normalization)
    }
}
