/// The meaning of the sweep file's keys: sections into values, defaults, and what must fit together.
struct SweepFileReading {
    typealias Field = SweepFileReader.Field

    var reader: SweepFileReader

    init(fileName: String) { reader = SweepFileReader(file: fileName) }

    static let keys = [
        "name", "network", "dataset", "validation", "seeds", "threads", "priority", "engine", "training", "sparsities",
        "layers", "retrain", "controls", "methods",
    ]

    /// The file's value; meaningless when the reader holds an error afterwards.
    mutating func file(_ yaml: String) -> SweepFile? {
        guard let root = reader.document(yaml), let fields = reader.section(root, keys: Self.keys) else { return nil }
        for key in ["network", "dataset", "methods"] where fields[key] == nil {
            reader.report(root, "the key '\(key)' is missing; add `\(key): \(Self.examples[key] ?? "")`")
        }
        let engine = fields["engine"].flatMap { self.engine($0) }
        let network = fields["network"].flatMap { name($0, of: "network", NetworkCatalogue.names, engine) } ?? ""
        let validation = fields["validation"].flatMap { reader.number($0, .closed(0.01, 0.5)) } ?? 0.1
        let dataset =
            fields["dataset"].flatMap { self.dataset($0, validation: validation, engine) }
            ?? DatasetReference(name: "", digest: "", validation: validation)
        if let field = fields["network"] { checkFit(network: network, dataset: dataset, at: field) }
        let training = training(fields["training"])
        let sparsities = fields["sparsities"].map { self.sparsities($0) } ?? [0.5, 0.8, 0.9, 0.95, 0.98]
        let retrain = retrain(
            fields["retrain"], base: Retrain(mode: .learningRateRewinding, epochs: training.epochs), training)
        let seeds = fields["seeds"].map { self.seeds($0) } ?? [0, 1, 2]
        let defaults = MethodDefaults(
            levels: sparsities.map { .sparsity($0) }, retrain: retrain, training: training,
            layers: fields["layers"].map { self.layers($0) } ?? .all, ownEngine: engine != nil)
        var methods = fields["methods"].map { self.methods($0, defaults) } ?? []
        if let field = fields["controls"], reader.flag(field) == true { addControls(to: &methods, at: field, defaults) }
        checkSize(levels: methods.map(\.levels.count).reduce(0, +), seeds: seeds.count, at: fields["methods"] ?? root)
        return SweepFile(
            name: fields["name"].flatMap { sweepName($0) } ?? "\(network)-\(dataset.name)",
            network: network, dataset: dataset, seeds: seeds,
            threads: fields["threads"].flatMap { reader.integer($0, 1...1024) } ?? 1,
            priority: fields["priority"].flatMap { reader.integer($0, -1000...1000) } ?? 0, engine: engine,
            training: training, methods: methods)
    }

    private static let examples = [
        "network": NetworkCatalogue.names.joined(separator: "` or `"),
        "dataset": DatasetReference.names.joined(separator: "` or `"),
        "methods": "[\(MethodCatalogue.names.joined(separator: ", "))]",
    ]

    // MARK: - What, and on what

    /// A catalogue's name; any name when the engine is the user's own.
    mutating func name(_ field: Field, of what: String, _ known: [String], _ engine: OwnEngine?) -> String? {
        engine == nil ? reader.choice(field, among: known, what: what) : reader.name(field)
    }

    private mutating func sweepName(_ field: Field) -> String? {
        let name = reader.name(field)
        if name == SweepFile.lastSweep {
            reader.report(
                field, "'last' stands for the sweep submitted last wherever a sweep is named; choose another name")
        }
        return name
    }

    /// A command line, or a mapping that declares a version too; `nil` for `espalier-engine`. A faulty one is the user's own
    /// all the same: names it may know are not reported as unknown.
    private mutating func engine(_ field: Field) -> OwnEngine? {
        let faulty = OwnEngine(command: [], version: nil)
        var (commandField, versionField) = (field, Field?.none)
        if field.isMapping {
            guard let fields = reader.section(field, keys: ["command", "version"]) else { return faulty }
            guard let given = fields["command"] else {
                reader.report(field, "the key 'command' is missing; add `command: [PROGRAM, ARGUMENT, ...]`")
                return faulty
            }
            (commandField, versionField) = (given, fields["version"])
        }
        guard let words = reader.list(commandField, of: "word") else { return faulty }
        let command = words.compactMap { reader.text($0) }
        for (word, text) in zip(words, command) where text.contains("\0") {
            reader.report(word, "\(quoted(text)) holds a NUL byte, which no command line can; remove it")
        }
        let version = versionField.flatMap { reader.text($0) }
        guard command == ["espalier-engine"] else { return OwnEngine(command: command, version: version) }
        if let versionField {
            reader.report(versionField, "espalier-engine has a version of its own; remove this one")
        }
        return nil
    }

    private mutating func checkFit(network: String, dataset: DatasetReference, at field: Field) {
        guard let network = NetworkCatalogue[network], let image = dataset.image,
            min(image[1], image[2]) < network.smallestImage
        else { return }
        let fitting = NetworkCatalogue.entries.filter { min(image[1], image[2]) >= $0.smallestImage }.map(\.name)
        reader.report(
            field,
            """
            \(network.name) needs images of at least \(network.smallestImage)x\(network.smallestImage), \(dataset.name) has \
            \(image[1])x\(image[2]); for this data set take \(fitting.joined(separator: ", "))
            """)
    }

    private mutating func checkSize(levels: Int, seeds: Int, at field: Field) {
        let tasks = levels * seeds
        guard tasks > SweepFile.maximumTasks else { return }
        reader.report(
            field,
            """
            \(levels) levels over all methods x \(seeds) seeds are \(tasks) tasks; at most \(SweepFile.maximumTasks) fit \
            one sweep, split it
            """)
    }

    // MARK: - Lists without repetition

    private mutating func seeds(_ field: Field) -> [Int] {
        if field.isScalar { return reader.integer(field, 1...1_000_000).map { Array(0..<$0) } ?? [] }
        return distinct(reader.list(field, of: "seed") ?? []) { $0.integer($1, 0...4_294_967_295) }
    }

    /// The elements that can be read; a repeated one is a fault.
    mutating func distinct<Value: Hashable>(
        _ fields: [Field], _ read: (inout SweepFileReader, Field) -> Value?
    ) -> [Value] {
        var first: [Value: String] = [:]
        var values: [Value] = []
        for field in fields {
            guard let value = read(&reader, field) else { continue }
            if let earlier = first.updateValue(field.path, forKey: value) {
                reader.report(field, "\(value) is in the list already, at \(earlier); remove one")
                first[value] = earlier
            } else {
                values.append(value)
            }
        }
        return values
    }
}
