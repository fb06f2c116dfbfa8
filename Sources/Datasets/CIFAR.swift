/// The binary format of CIFAR-10 and CIFAR-100: records of label bytes and 3,072 bytes, red, green, blue, row by row.
///
/// Source: A. Krizhevsky, "The CIFAR-10 dataset", section "Binary version". A record of CIFAR-10 has one label byte, one
/// of CIFAR-100 two, of which the second is the fine label.
struct CIFAR: Sendable {
    static let shape = [3, 32, 32]

    static let ten = CIFAR(
        trainingNames: (1...5).map { "data_batch_\($0).bin" }, testName: "test_batch.bin", labelBytes: 1, classes: 10)
    static let hundred = CIFAR(trainingNames: ["train.bin"], testName: "test.bin", labelBytes: 2, classes: 100)

    let trainingNames: [String]
    let testName: String
    /// Of a record; the last one is the label.
    let labelBytes: Int
    let classes: Int

    /// The training and the test images.
    ///
    /// - Parameters:
    ///   - folder: Of the data set's, that holds the files; with a "/" at its end.
    ///   - classes: Labels are below; `nil` for those of the format.
    func read(
        _ files: DatasetFiles, folder: String = "", classes: Int? = nil
    ) throws -> (training: RawImages, test: RawImages) {
        func read(_ name: String) throws -> RawImages {
            try Self.read(
                files.contents(folder + name), labelBytes: labelBytes, classes: classes ?? self.classes,
                name: files.path(folder + name))
        }
        var training = RawImages(shape: Self.shape, pixels: [], labels: [])
        for name in trainingNames { training.append(try read(name)) }
        return (training, try read(testName))
    }

    /// Reads one file.
    ///
    /// - Parameters:
    ///   - labelBytes: Of a record; the last one is the label.
    ///   - name: The file, for messages.
    static func read(_ bytes: [UInt8], labelBytes: Int, classes: Int, name: String) throws -> RawImages {
        let values = shape.reduce(1, *)
        let record = labelBytes + values
        guard !bytes.isEmpty, bytes.count.isMultiple(of: record) else {
            throw DatasetError(
                "\(name) has \(bytes.count) bytes, not a number of whole records of \(record); fetch the original file again"
            )
        }
        var images = RawImages(shape: shape, pixels: [], labels: [])
        images.pixels.reserveCapacity(bytes.count / record * values)
        for start in stride(from: 0, to: bytes.count, by: record) {
            let label = bytes[start + labelBytes - 1]
            guard label < classes else {
                throw DatasetError(
                    "\(name) has the label \(label) in record \(start / record); labels are 0 to \(classes - 1); "
                        + "fetch the original file again")
            }
            images.labels.append(Int64(label))
            images.pixels += bytes[start + labelBytes..<start + record]
        }
        return images
    }
}

/// The binary files of either CIFAR in a folder of the user's own.
struct CIFARFolder: DatasetLayout {
    let files: DatasetFiles
    let format: CIFAR

    var names: [String] { format.trainingNames + [format.testName] }

    func read(image: [Int], classes: Int?, progress: (Int, Int) -> Void) throws -> LabelledParts {
        let (training, test) = try format.read(files, classes: classes)
        return LabelledParts(
            training: training, test: test, classNames: (0..<(classes ?? format.classes)).map(String.init))
    }
}
