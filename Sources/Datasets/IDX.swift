/// The IDX format of the MNIST files: big-endian magic number and sizes, then bytes.
///
/// Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database", section "File formats".
enum IDX {
    /// Reads an image file (magic 2051) and its label file (magic 2049).
    static func read(
        images: [UInt8], labels: [UInt8], imagesName: String, labelsName: String, classes: Int
    ) throws -> RawImages {
        let (imageSizes, pixels) = try parse(images, magic: 2051, dimensions: 3, name: imagesName)
        let (labelSizes, values) = try parse(labels, magic: 2049, dimensions: 1, name: labelsName)
        guard imageSizes[0] == labelSizes[0] else {
            throw DatasetError(
                "\(imagesName) holds \(imageSizes[0]) images but \(labelsName) \(labelSizes[0]) labels; "
                    + "fetch the original files again")
        }
        if let wrong = values.firstIndex(where: { Int($0) >= classes }) {
            throw DatasetError(
                "\(labelsName) has the label \(values[wrong]) at position \(wrong - values.startIndex); labels are "
                    + "0 to \(classes - 1); fetch the original file again")
        }
        return RawImages(
            shape: [1, imageSizes[1], imageSizes[2]], pixels: Array(pixels), labels: values.map { Int64($0) })
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
