internal import Sweep

/// The files of a data set of the user's own: found, not yet read.
protocol DatasetLayout {
    var files: DatasetFiles { get }
    /// The files that are read, relative to the data set's folder.
    var names: [String] { get }
    /// Raised when the same files are read as other images than before: results on the old images keep their own keys.
    var revision: Int { get }

    /// The images of both parts.
    ///
    /// - Parameters:
    ///   - image: The shape that pictures are brought to; files with a shape of their own keep it.
    ///   - classes: As described; `nil` takes those that are found.
    ///   - progress: Called with how many pictures are read, and of how many.
    func read(image: [Int], classes: Int?, progress: (Int, Int) -> Void) throws -> LabelledParts
}

extension DatasetLayout {
    var revision: Int { 1 }

    /// SHA-256 over the files, as the catalogue has it, and over a revision that is not the first.
    func digest() throws -> String {
        var parts = try files.checksums(of: names)
        if revision > 1 { parts.append(DatasetCatalogue.File(name: "revision", sha256: "\(revision)")) }
        return DatasetCatalogue.digest(of: parts)
    }
}

/// What the files of a data set hold.
struct LabelledParts {
    var training: RawImages
    var test: RawImages
    /// As the files name or number them, in the order of the labels.
    var classNames: [String]
    /// What a user should know of how they were read, each a sentence without a full stop.
    var remarks: [String] = []
}

extension DatasetDescription.Format {
    /// Finds the files.
    func layout(_ files: DatasetFiles) throws -> any DatasetLayout {
        switch self {
        case .idx: try IDXFolder(files)
        case .cifar10: CIFARFolder(files: files, format: .ten)
        case .cifar100: CIFARFolder(files: files, format: .hundred)
        case .imageFolder: try ImageFolder(files)
        case .synthetic:
            throw DatasetError("a synthetic data set has no files; leave `format` out and name it synthetic")
        }
    }
}
