/// The binary format of CIFAR-10 and CIFAR-100: records of label bytes and 3,072 bytes, red, green, blue, row by row.
///
/// Source: A. Krizhevsky, "The CIFAR-10 dataset", section "Binary version". A record of CIFAR-10 has one label byte, one
/// of CIFAR-100 two, of which the second is the fine label.
enum CIFAR {
    static let shape = [3, 32, 32]

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

    static let tenNames = (training: (1...5).map { "data_batch_\($0).bin" }, test: "test_batch.bin")

    /// The five training files and the test file of CIFAR-10, in a folder of the data set's.
    static func readTen(
        _ files: DatasetFiles, folder: String = "", classes: Int
    ) throws -> (training: RawImages, test: RawImages) {
        func read(_ name: String) throws -> RawImages {
            try Self.read(
                try files.contents(folder + name), labelBytes: 1, classes: classes, name: files.path(folder + name))
        }
        var training = RawImages(shape: shape, pixels: [], labels: [])
        for name in tenNames.training { training.append(try read(name)) }
        return (training, try read(tenNames.test))
    }

    static let hundredNames = (training: "train.bin", test: "test.bin")

    /// The training and the test file of CIFAR-100, with the fine labels.
    static func readHundred(_ files: DatasetFiles, classes: Int) throws -> (training: RawImages, test: RawImages) {
        func read(_ name: String) throws -> RawImages {
            try Self.read(try files.contents(name), labelBytes: 2, classes: classes, name: files.path(name))
        }
        return (try read(hundredNames.training), try read(hundredNames.test))
    }
}
