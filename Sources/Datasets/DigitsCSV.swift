/// The handwritten digits of UCI's optical recognition set, as scikit-learn ships them: 64 values 0...16 and the label.
enum DigitsCSV {
    static let values = 64

    /// Reads comma-separated lines without a header.
    static func read(_ bytes: [UInt8], name: String) throws -> RawImages {
        var images = RawImages(shape: [1, 8, 8], pixels: [], labels: [])
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { field in
                UInt8(String(decoding: field, as: UTF8.self).trimmingSuffix("\r"))
            }
            let numbers = fields.compactMap(\.self)
            guard fields.count == values + 1, numbers.count == fields.count,
                numbers.dropLast().allSatisfy({ $0 <= 16 }), let label = numbers.last, label <= 9
            else {
                throw DatasetError(
                    "\(name), line \(index + 1): expected 64 values of 0 to 16 and a label of 0 to 9, separated by commas")
            }
            images.pixels += numbers.dropLast()
            images.labels.append(Int64(label))
        }
        return images
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
