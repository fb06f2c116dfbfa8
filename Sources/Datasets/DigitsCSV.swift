/// The handwritten digits of UCI's optical recognition set, as scikit-learn ships them: 64 values 0...16 and the label.
enum DigitsCSV {
    static let values = 64

    /// Reads comma-separated lines without a header.
    static func read(_ bytes: [UInt8], name: String) throws -> RawImages {
        var images = RawImages(shape: [1, 8, 8], pixels: [], labels: [])
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            guard let numbers = numbers(line), numbers.count == values + 1,
                numbers.dropLast().allSatisfy({ $0 <= 16 }), let label = numbers.last, label <= 9
            else {
                throw DatasetError(
                    "\(name), line \(index + 1): expected 64 values of 0 to 16 and a label of 0 to 9, separated by commas"
                )
            }
            images.pixels += numbers.dropLast()
            images.labels.append(Int64(label))
        }
        return images
    }

    /// The fields of a line, each of one or two decimal digits; nil where it has others.
    private static func numbers(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        var numbers: [UInt8] = []
        var number: UInt8 = 0
        var digits = 0
        for byte in line + [UInt8(ascii: ",")] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9") where digits < 2:
                number = 10 * number + (byte - UInt8(ascii: "0"))
                digits += 1
            case UInt8(ascii: ",") where digits > 0:
                numbers.append(number)
                (number, digits) = (0, 0)
            default: return nil
            }
        }
        return numbers
    }
}
