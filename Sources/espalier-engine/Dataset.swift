internal import ArgumentParser
internal import Foundation
internal import Sweep
internal import Terminal

/// What a sweep file says of a data set of the user's own.
struct DatasetDescriber: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataset",
        abstract: "Print what a sweep file says of a data set of your own: its description and digest.",
        discussion: """
            FOLDER holds one of:
            - IDX files as MNIST's, gzipped or not. Labels that count from 1 (EMNIST's letters) are counted from 0.
            - the binary files of CIFAR-10 or CIFAR-100.
            - train/CLASS and test/CLASS with JPEG and PNG pictures, told by their content, whatever their extension; \
            sub-folders and links are followed. Other files are left out and counted, hidden ones passed over.

            Pictures are scaled until they cover --image, and the middle is cut out. They are turned upright as their EXIF \
            orientation says. With one channel colours become grey by the luma of ITU-R BT.601, 0.299 red + 0.587 green \
            + 0.114 blue, with three channels grey is repeated. PNG: 16 bits are scaled to 8, a gamma chunk is applied, \
            transparent parts are blended with black, of an animation the still picture is read. JPEG: CMYK becomes RGB, \
            progressive files are read, those of 12 bits or lossless coding refused. ICC profiles are ignored.

            What a stage would refuse is refused here. The digest covers the files that are read and how they are read. \
            A stage refuses files with another digest, so describe a folder again when its files change or a new version \
            reads them differently. What was read and left out is said on standard error.
            """)

    @Argument(help: "The data set's folder, a plain name below the data directory.")
    var folder: String

    @Option(help: "Where data sets lie, each in its folder.")
    var data: String

    @OptionGroup var image: ImageOption

    @Flag(help: "Print JSON instead of a sweep file's YAML.")
    var json = false

    func run() throws {
        let entry = SweepFileEntry(
            try image.description(ofFolder: folder, dataDirectory: data, report: Terminal.say))
        if json {
            try Terminal.printJSON(entry)
        } else {
            try Terminal.print(entry.yaml)
        }
    }
}

/// What stands under the key `dataset` of a sweep file.
private struct SweepFileEntry: Encodable {
    let name: String
    let format, folder: String?
    let image: [Int]?
    let classes: Int?
    let mean, deviation: [Double]?
    let digest: String

    init(_ reference: DatasetReference) {
        let description = reference.description
        // A description needs a name that the catalogue does not have.
        let isTaken = description != nil && DatasetReference.names.contains(reference.name)
        name = isTaken ? "my-\(reference.name)" : reference.name
        format = description?.format.rawValue
        folder = description.map { $0.folder ?? reference.name }
        image = description?.image
        classes = description?.classes
        mean = description?.mean
        deviation = description?.deviation
        digest = reference.digest
    }

    var yaml: String {
        func list(_ numbers: [Double]?) -> String { "[\((numbers ?? []).map(\.plain).joined(separator: ", "))]" }
        guard let format, let folder, let image, let classes else { return "dataset: \(name)" }
        return """
            dataset:
              name: \(name)
              format: \(format)
              folder: \(folder)
              image: [\(image.map(String.init).joined(separator: ", "))]
              classes: \(classes)
              mean: \(list(mean))
              deviation: \(list(deviation))
              digest: \(digest)
            """
    }
}
