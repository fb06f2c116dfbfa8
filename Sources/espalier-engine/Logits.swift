internal import ArgumentParser
internal import Engine

/// Logits for comparison with another implementation.
struct Logits: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write test inputs, a checkpoint's logits for them, and their labels as safetensors.")

    @OptionGroup var subject: SubjectOptions

    @Option(help: "The checkpoint of a stage.")
    var checkpoint: String

    @Option(help: "How many test images.")
    var count = 64

    func run() throws {
        try LogitsExport.write(
            network: subject.network, dataset: subject.reference(validation: 0), dataDirectory: subject.data,
            checkpoint: checkpoint, count: count, to: subject.out)
    }
}
