/// Reads `dataset`.
extension SweepFileReading {
    mutating func dataset(_ field: Field, validation: Double, _ engine: OwnEngine?) -> DatasetReference? {
        guard !field.isScalar else {
            let name = name(field, of: "data set", DatasetReference.names, engine)
            return name.map { known($0, [:], validation: validation) }
        }
        let use = ["name", "training-images", "augmentation"]
        let describing = ["format", "folder", "digest", "image", "classes", "mean", "deviation"]
        guard let fields = reader.section(field, keys: use + describing) else { return nil }
        guard let nameField = fields["name"] else {
            reader.report(field, "the key 'name' is missing; add `name: NAME`")
            return nil
        }
        var reference: DatasetReference?
        if let format = fields["format"] {
            reference = described(nameField, format, field, fields, validation: validation)
        } else if let name = name(nameField, of: "data set", DatasetReference.names, engine) {
            let made = name == DatasetDescription.Format.synthetic.rawValue ? ["image", "classes"] : []
            for key in describing where !made.contains(key) {
                guard let field = fields[key] else { continue }
                reader.report(
                    field, "\(name) is known without a description; remove the key, or add a `format` and another name")
            }
            reference = known(name, fields, validation: validation)
        }
        reference?.augmentation = fields["augmentation"].flatMap { augmentation($0) }
        if let reference { checkImages(reference, at: fields["training-images"] ?? field) }
        return reference
    }

    // MARK: - What is known

    private mutating func known(
        _ name: String, _ fields: [String: Field], validation: Double
    ) -> DatasetReference {
        let count = fields["training-images"].flatMap { reader.integer($0, 2...10_000_000) }
        guard name == DatasetDescription.Format.synthetic.rawValue else {
            return DatasetReference(
                name: name, digest: DatasetCatalogue[name]?.digest ?? "", validation: validation, trainingImages: count)
        }
        let image = fields["image"].flatMap { self.image($0) } ?? [1, 28, 28]
        let classes = fields["classes"].flatMap { reader.integer($0, DatasetDescription.classCounts) } ?? 10
        // A prototype's pixels are uniform in 64 to 191 and vary by up to 48 grey levels more: a mean of one half, a
        // deviation of 46 / 255.
        return DatasetReference(
            name: name, digest: "", validation: validation, trainingImages: count ?? 2000,
            description: DatasetDescription(
                format: .synthetic, folder: nil, image: image, classes: classes,
                mean: Array(repeating: 0.5, count: image[0]), deviation: Array(repeating: 0.18, count: image[0])))
    }

    private mutating func augmentation(_ field: Field) -> Augmentation? {
        let name = reader.choice(
            field, among: ["none"] + Augmentation.allCases.map(\.rawValue), what: "augmentation")
        return name.flatMap(Augmentation.init(rawValue:))
    }

    // MARK: - What is described

    private mutating func described(
        _ nameField: Field, _ formatField: Field, _ field: Field, _ fields: [String: Field], validation: Double
    ) -> DatasetReference? {
        let formats = DatasetDescription.Format.allCases.filter { $0 != .synthetic }.map(\.rawValue)
        guard let name = reader.name(nameField),
            let format = reader.choice(formatField, among: formats, what: "format")
                .flatMap(DatasetDescription.Format.init(rawValue:))
        else { return nil }
        if DatasetReference.names.contains(name) {
            reader.report(nameField, "\(name) is known without a description; give your data set another name")
        }
        let isCIFAR = format == .cifar10 || format == .cifar100
        for key in ["digest", "mean", "deviation"] + (isCIFAR ? [] : ["image", "classes"]) where fields[key] == nil {
            reader.report(
                field, "the key '\(key)' is missing; `espalier-engine dataset` prints all that a description needs")
        }
        let image = fields["image"].flatMap { self.image($0) } ?? [isCIFAR ? 3 : 1, 32, 32]
        let classes =
            fields["classes"].flatMap { reader.integer($0, DatasetDescription.classCounts) }
            ?? (format == .cifar100 ? 100 : 10)
        if isCIFAR, image != [3, 32, 32], let field = fields["image"] {
            reader.report(field, "images of the format \(format.rawValue) are [3, 32, 32]; remove the key")
        }
        if format == .idx, image[0] != 1, let field = fields["image"] {
            reader.report(field, "images of the format idx have one channel; write [1, \(image[1]), \(image[2])]")
        }
        return DatasetReference(
            name: name, digest: fields["digest"].flatMap { digest($0) } ?? "", validation: validation,
            trainingImages: fields["training-images"].flatMap { reader.integer($0, 2...10_000_000) },
            description: DatasetDescription(
                format: format, folder: fields["folder"].flatMap { reader.name($0) } ?? name, image: image,
                classes: classes, mean: channels(fields["mean"], image[0], .closed(0, 1)),
                deviation: channels(fields["deviation"], image[0], .above(0, upTo: 1))))
    }

    private mutating func digest(_ field: Field) -> String? {
        guard let text = reader.text(field) else { return nil }
        guard text.wholeMatch(of: /[0-9a-f]{64}/) != nil else {
            reader.report(
                field,
                "\(quoted(text)) is no SHA-256 of 64 digits 0-9, a-f; take the one `espalier-engine dataset` prints")
            return nil
        }
        return text
    }

    /// `[channels, height, width]`.
    private mutating func image(_ field: Field) -> [Int]? {
        guard let list = reader.list(field, of: "size") else { return nil }
        guard list.count == 3 else {
            reader.report(field, "an image has three sizes: [channels, height, width]")
            return nil
        }
        guard let channels = reader.integer(list[0], 1...3),
            let height = reader.integer(list[1], DatasetDescription.sizes),
            let width = reader.integer(list[2], DatasetDescription.sizes)
        else { return nil }
        guard channels != 2 else {
            reader.report(list[0], "images have 1 channel (grey) or 3 (red, green, blue)")
            return nil
        }
        return [channels, height, width]
    }

    private mutating func channels(_ field: Field?, _ count: Int, _ range: NumberRange) -> [Double] {
        guard let field, let list = reader.list(field, of: "number") else { return [] }
        guard list.count == count else {
            reader.report(
                field, "the images have \(count) channel\(count == 1 ? "" : "s"), the list \(list.count) numbers")
            return []
        }
        return list.compactMap { reader.number($0, range) }
    }

    // MARK: - Enough images

    private mutating func checkImages(_ reference: DatasetReference, at field: Field) {
        let entry = DatasetCatalogue[reference.name]
        guard let count = reference.trainingImages else { return }
        if let entry, count > entry.trainingImages {
            reader.report(field, "\(entry.name) has \(entry.trainingImages) training images, fewer than \(count)")
        }
        if let classes = reference.description?.classes ?? entry?.classes, count < classes {
            reader.report(field, "\(count) training images are fewer than the \(classes) classes")
        }
        if DatasetReference.heldOut(reference.validation, of: count) == 0 {
            reader.report(
                field, "a validation share of \(reference.validation.plain) of \(count) images holds out none; use more"
            )
        }
    }
}
