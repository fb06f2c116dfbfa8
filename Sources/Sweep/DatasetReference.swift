/// A data set by name and content, and how a stage uses it.
///
/// What is `nil` is absent from the canonical JSON.
package struct DatasetReference: Codable, Hashable, Sendable {
    /// A name of ``DatasetCatalogue``, or the user's own where there is a description.
    package var name: String
    /// SHA-256 over the data set's files, as the catalogue lists them; empty for one made up from its description.
    package var digest: String
    /// The share of the training images held out for validation, 0..<1.
    package var validation: Double
    /// How many of the training images are used, as many of each class as possible; `nil` for all.
    package var trainingImages: Int?
    /// `nil` for none.
    package var augmentation: Augmentation?
    /// What the catalogue says of the data sets it knows; `nil` for those.
    package var description: DatasetDescription?

    package init(
        name: String, digest: String, validation: Double, trainingImages: Int? = nil,
        augmentation: Augmentation? = nil, description: DatasetDescription? = nil
    ) {
        self.name = name
        self.digest = digest
        self.validation = validation
        self.trainingImages = trainingImages
        self.augmentation = augmentation
        self.description = description
    }

    /// The folder below the data directory that holds the files; `nil` where no files are needed.
    package var folder: String? { description?.folder ?? DatasetCatalogue[name]?.folder }

    /// Channels, height, width; `nil` for a data set only an engine of the user's own knows.
    package var image: [Int]? {
        description?.image ?? DatasetCatalogue[name].map { [$0.channels, $0.height, $0.width] }
    }

    /// The data sets that a sweep file can name without describing them.
    package static var names: [String] { DatasetCatalogue.names + [DatasetDescription.Format.synthetic.rawValue] }

    /// How many of `count` training images a validation share is: round(count x share).
    package static func heldOut(_ share: Double, of count: Int) -> Int { Int((Double(count) * share).rounded()) }

    /// Whether both stand for the same images, however they are split and varied.
    package func hasContent(of other: DatasetReference) -> Bool {
        (name, digest, trainingImages, description) == (
            other.name, other.digest, other.trainingImages, other.description
        )
    }
}
