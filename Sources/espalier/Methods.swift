internal import ArgumentParser
internal import Report
internal import Sweep
internal import Terminal

/// `espalier methods`: what can stand under `methods` in a sweep file.
struct MethodsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "methods",
        abstract: "List the pruning methods, or tell one method's paper, knobs, defaults and their sources.")

    @Argument(
        help: ArgumentHelp("A method's name; without it, all are listed.", valueName: "NAME"),
        completion: .list(MethodCatalogue.names))
    var name: String?

    @OptionGroup var json: JSONFlag

    func run() throws {
        guard let name else {
            return try json.isSet ? Terminal.printJSON(MethodCatalogue.entries.map(MethodSheet.init)) : printAll()
        }
        guard let entry = MethodCatalogue[name] else {
            let hint = nearestName(to: name, among: MethodCatalogue.names).map { " (did you mean '\($0)'?)" } ?? ""
            throw CommandError.invalid("there is no method '\(name)'\(hint): `espalier methods` lists them")
        }
        let sheet = MethodSheet(entry)
        if json.isSet {
            try Terminal.printJSON(sheet)
        } else {
            try Terminal.print(sheet.text.folded(to: Terminal.outputWidth))
        }
    }

    private func printAll() throws {
        let table = TextTable(
            columns: [
                .init("method", .left), .init("removes", .left), .init("start", .left), .init("what it does", .left),
            ],
            rows: MethodCatalogue.entries.map {
                .init([$0.name, $0.structure.rawValue, $0.start.rawValue, $0.summary])
            })
        try Terminal.print(table.forTerminal)
    }
}

/// A method's entry in the catalogue, for people and for scripts.
struct MethodSheet: Encodable {
    struct Knob: Encodable {
        let name, summary, range: String
        let isInteger: Bool
        let defaultValue: Double
        let source: String

        init(_ knob: MethodCatalogue.Knob) {
            name = knob.name
            summary = knob.summary
            range = knob.range.description
            isInteger = knob.isInteger
            defaultValue = knob.defaultValue
            source = knob.source
        }

        var lines: [String] {
            [
                "  \(name)  \(defaultValue.plain)  (\(source))",
                "      \(summary); \(isInteger ? "whole, " : "")\(range)",
            ]
        }
    }

    let name, paper, summary, structure, course, start: String
    /// How it can spread a sparsity over the layers, the default first; empty where it decides itself.
    let allocations: [String]
    let iterations: Int
    /// Nil: the sweep's.
    let retrainMode: String?
    let knobs: [Knob]
    /// What `levels:` may sweep instead of a requested sparsity.
    let levelKnob: Knob?
    let needsData: Bool

    init(_ entry: MethodCatalogue.Entry) {
        name = entry.name
        paper = entry.paper
        summary = entry.summary
        structure = entry.structure.rawValue
        course = entry.course.rawValue
        start = entry.start.rawValue
        allocations = entry.allocations.map(\.rawValue)
        iterations = entry.iterations
        retrainMode = entry.retrainMode?.rawValue
        knobs = entry.knobs.map(Knob.init)
        levelKnob = entry.levelKnob.map(Knob.init)
        needsData = entry.needsData
    }

    var text: String {
        let course =
            switch self.course {
            case MethodCatalogue.Course.train.rawValue: "prunes within one training"
            case MethodCatalogue.Course.trainPruneRetrain.rawValue: "trains under the method, prunes once, retrains"
            default:
                "prunes and retrains, \(iterations == 1 ? "once" : "in \(iterations) iterations") unless told otherwise"
            }
        var lines = [
            "\(name): \(summary)", "", "  paper       \(paper)", "  removes     \(structure)",
            "  start       \(start), unless told otherwise", "  course      \(course)",
            "  allocation  \(allocations.isEmpty ? "its own" : allocations.joined(separator: ", "))",
            "  retraining  \(retrainMode ?? "the sweep's")",
            "  data        \(needsData ? "looks at training images" : "none")",
        ]
        if !knobs.isEmpty { lines += ["", "knobs, with defaults and where they come from"] + knobs.flatMap(\.lines) }
        if let levelKnob {
            lines +=
                ["", "levels may sweep, instead of a requested sparsity, with its authors' value"] + levelKnob.lines
        }
        return lines.joined(separator: "\n")
    }
}
