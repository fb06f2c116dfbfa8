/// The IDX format of the MNIST files: big-endian magic number and sizes, then bytes.
///
/// Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database", section "File formats".
enum IDX {
    /// Reads an image file (magic 2051) and its label file (magic 2049).
    ///
    /// - Parameter firstLabel: What the file calls class 0.
    static func read(
        images: [UInt8], labels: [UInt8], imagesName: String, labelsName: String, classes: Int, firstLabel: Int = 0
    ) throws -> RawImages {
        let (imageSizes, pixels) = try parse(images, magic: 2051, dimensions: 3, name: imagesName)
        let values = try self.labels(labels, name: labelsName)
        guard imageSizes[0] == values.count else {
            throw DatasetError(
                "\(imagesName) holds \(imageSizes[0]) images but \(labelsName) \(values.count) labels; "
                    + "fetch the original files again")
        }
        let allowed = firstLabel...firstLabel + classes - 1
        if let wrong = values.firstIndex(where: { !allowed.contains(Int($0)) }) {
            throw DatasetError(
                "\(labelsName) has the label \(values[wrong]) at position \(wrong - values.startIndex); labels are "
                    + "\(allowed.lowerBound) to \(allowed.upperBound); fetch the original file again")
        }
        return RawImages(
            shape: [1, imageSizes[1], imageSizes[2]], pixels: Array(pixels),
            labels: values.map { Int64($0) - Int64(firstLabel) })
    }

    /// The labels of a label file, as they stand there.
    static func labels(_ bytes: [UInt8], name: String) throws -> ArraySlice<UInt8> {
        try parse(bytes, magic: 2049, dimensions: 1, name: name).values
    }

    private static func parse(
        _ bytes: [UInt8], magic: Int, dimensions: Int, name: String
    ) throws -> (sizes: [Int], values: ArraySlice<UInt8>) {
        let header = 4 + 4 * dimensions
        guard bytes.count >= header else {
            throw DatasetError("\(name) is cut short: \(bytes.count) bytes, less than the \(header) of its header")
        }
        let words = (0...dimensions).map { word in bytes[4 * word..<4 * word + 4].reduce(0) { $0 << 8 | Int($1) } }
        guard words[0] == magic else {
            throw DatasetError("\(name) is not the IDX file it should be: magic number \(words[0]) instead of \(magic)")
        }
        let sizes = Array(words[1...])
        var count = 1
        for size in sizes {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow, size > 0 else { throw DatasetError("\(name) names impossible sizes \(sizes)") }
            count = product
        }
        guard bytes.count - header == count else {
            throw DatasetError(
                "\(name) names sizes \(sizes) but holds \(bytes.count - header) values instead of \(count); "
                    + "fetch the original file again")
        }
        return (sizes, bytes[header...])
    }
}
