internal import ArgumentParser
internal import Datasets
internal import Engine
internal import Foundation
internal import Sweep

/// What a command that looks at a network reads and writes.
struct SubjectOptions: ParsableArguments {
    @Option(help: "A network of `describe`.")
    var network: String

    @Option(help: "A data set of `describe`, or the folder of one of your own below the data directory.")
    var dataset: String

    @Option(help: "Where data sets lie, each in its folder.")
    var data = ""

    @OptionGroup var image: ImageOption

    @Option(help: "The file to write.")
    var out: String

    /// What a stage says of the data set: one of the catalogue, else a folder as the command `dataset` describes it.
    func reference(validation: Double) throws -> DatasetReference {
        if let entry = DatasetCatalogue[dataset] {
            return DatasetReference(name: entry.name, digest: entry.digest, validation: validation)
        }
        guard !data.isEmpty, FileManager.default.fileExists(atPath: "\(data)/\(dataset)") else {
            throw EngineError(
                .invalidStage,
                "unknown data set '\(dataset)': it is none of \(DatasetCatalogue.names.joined(separator: ", ")), and "
                    + (data.isEmpty ? "without --data no folder of that name" : "there is no folder \(data)/\(dataset)")
                    + "; name one of those, or a folder with --dataset and the directory it lies in with --data")
        }
        var reference = try image.description(ofFolder: dataset, dataDirectory: data)
        reference.validation = validation
        return reference
    }
}

/// The shape of pictures that have none of their own.
struct ImageOption: ParsableArguments {
    @Option(
        name: .customLong("image"),
        help: "The shape an image folder's pictures are brought to: channels,height,width.")
    var shape: String?

    /// The description of a data set of the user's own, read from its files.
    ///
    /// - Parameter report: Takes a line of what was read.
    func description(
        ofFolder folder: String, dataDirectory: String, report: (String) -> Void = { _ in }
    ) throws -> DatasetReference {
        let sizes = shape?.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        do {
            return try Dataset.description(
                ofFolder: folder, dataDirectory: dataDirectory, image: sizes, report: report)
        } catch let error as DatasetError {
            throw EngineError(.invalidStage, error.description)
        }
    }
}
