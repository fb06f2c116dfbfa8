internal import ArgumentParser
internal import Sweep
internal import Terminal

/// What a sweep file says of a data set of the user's own.
struct DatasetDescriber: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataset",
        abstract: "Print what a sweep file says of a data set of your own: its description and digest.",
        discussion: """
            Reads IDX files (as MNIST's), the binary CIFAR-10 and CIFAR-100, and folders {train,test}/CLASS/*.{jpg,jpeg,png}.
            """)

    @Argument(help: "The data set's folder, a plain name below the data directory.")
    var folder: String

    @Option(help: "Where data sets lie, each in its folder.")
    var data: String

    @OptionGroup var image: ImageOption

    func run() throws {
        try Terminal.print(try image.description(ofFolder: folder, dataDirectory: data).sweepFileText)
    }
}

extension DatasetReference {
    /// The key `dataset` of a sweep file.
    fileprivate var sweepFileText: String {
        guard let description else { return "dataset: \(name)" }
        func list(_ numbers: [Double]) -> String { "[\(numbers.map(\.plain).joined(separator: ", "))]" }
        // A description needs a name that the catalogue does not have.
        return """
            dataset:
              name: \(DatasetReference.names.contains(name) ? "my-\(name)" : name)
              format: \(description.format.rawValue)
              folder: \(description.folder ?? name)
              image: [\(description.image.map(String.init).joined(separator: ", "))]
              classes: \(description.classes)
              mean: \(list(description.mean))
              deviation: \(list(description.deviation))
              digest: \(digest)
            """
    }
}
