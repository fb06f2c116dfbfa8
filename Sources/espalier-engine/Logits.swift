internal import ArgumentParser
internal import Engine
internal import Sweep

/// Logits for comparison with another implementation.
struct Logits: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write test inputs, a checkpoint's logits for them, and their labels as safetensors.")

    @Option(help: "A network of `describe`.")
    var network: String

    @Option(help: "A data set of `describe`.")
    var dataset: String

    @Option(help: "The checkpoint of a stage.")
    var checkpoint: String

    @Option(help: "How many test images.")
    var count = 64

    @Option(help: "Where data sets lie, each in its folder.")
    var data = ""

    @Option(help: "The file to write.")
    var out: String

    func run() throws {
        try reporting {
            guard let entry = DatasetCatalogue[dataset] else {
                throw EngineError(
                    .invalidStage,
                    "unknown data set '\(dataset)'; there are \(DatasetCatalogue.names.joined(separator: ", "))")
            }
            try LogitsExport.write(
                network: network, dataset: DatasetReference(name: entry.name, digest: entry.digest, validation: 0),
                dataDirectory: data, checkpoint: checkpoint, count: count, to: out)
        }
    }
}
