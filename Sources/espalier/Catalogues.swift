internal import ArgumentParser
internal import Report
internal import Sweep
internal import Terminal

/// `espalier networks`: what can stand under `network` in a sweep file.
struct NetworksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "networks", abstract: "List the networks.")

    @OptionGroup var json: JSONFlag

    func run() throws {
        try CatalogueLine.print(NetworkCatalogue.entries.map { .init(name: $0.name, summary: $0.summary) }, json)
    }
}

/// `espalier datasets`: what can stand under `dataset` in a sweep file.
struct DatasetsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "datasets", abstract: "List the data sets.")

    @OptionGroup var json: JSONFlag

    func run() throws {
        let synthetic = CatalogueLine(
            name: "synthetic", summary: "made-up images of any shape and number of classes, for trials; needs no files")
        try CatalogueLine.print(
            DatasetCatalogue.entries.map { .init(name: $0.name, summary: $0.summary) } + [synthetic], json)
    }
}

/// A name of a catalogue and what it stands for.
private struct CatalogueLine: Encodable {
    let name, summary: String

    static func print(_ lines: [CatalogueLine], _ json: JSONFlag) throws {
        if json.isSet { return try Terminal.printJSON(lines) }
        let table = TextTable(
            columns: [.init("name", .left), .init("what it is", .left)],
            rows: lines.map { .init([$0.name, $0.summary]) })
        try Terminal.print(table.forTerminal)
    }
}
