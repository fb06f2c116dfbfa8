extension Picture {
    /// The picture turned and mirrored as an EXIF orientation of 1 to 8 says; 1 leaves it as it is.
    func turned(by orientation: Int) -> Picture {
        guard (2...8).contains(orientation) else { return self }
        let isTransposed = orientation >= 5
        let isFromBelow = [3, 4, 6, 7].contains(orientation)
        let isFromRight = [2, 3, 7, 8].contains(orientation)
        let shape = (height: isTransposed ? width : height, width: isTransposed ? height : width)
        var turned: [UInt8] = []
        turned.reserveCapacity(pixels.count)
        for y in 0..<shape.height {
            for x in 0..<shape.width {
                let (row, column) = isTransposed ? (x, y) : (y, x)
                let pixel = (isFromBelow ? height - 1 - row : row) * width + (isFromRight ? width - 1 - column : column)
                turned += pixels[pixel * channels..<(pixel + 1) * channels]
            }
        }
        return Picture(height: shape.height, width: shape.width, channels: channels, pixels: turned)
    }
}

/// The one tag that is read of what cameras write into pictures (CIPA DC-008, "Exif").
enum EXIF {
    /// What the block begins with in a JPEG file.
    static let name = Array("Exif\0\0".utf8)

    /// The orientation, 1 to 8; 1 where the block has none or is damaged.
    ///
    /// Only the first directory is read: nothing that a hostile block refers to is followed twice.
    static func orientation(_ block: ArraySlice<UInt8>) -> Int {
        let bytes = Array(block.starts(with: name) ? block.dropFirst(name.count) : block)
        let isLittle = bytes.starts(with: "II*\0".utf8)
        guard isLittle || bytes.starts(with: "MM\0*".utf8) else { return 1 }
        func number(at position: Int, length: Int) -> Int? {
            guard position <= bytes.count - length else { return nil }
            let digits = bytes[position..<position + length]
            return isLittle ? digits.reversed().reduce(0) { $0 << 8 | Int($1) } : digits.reduce(0) { $0 << 8 | Int($1) }
        }
        guard let directory = number(at: 4, length: 4), let entries = number(at: directory, length: 2) else { return 1 }
        for entry in 0..<entries {
            let position = directory + 2 + 12 * entry
            guard let tag = number(at: position, length: 2) else { break }
            // Type 3 is a number of two bytes, in the first of the four that hold a value.
            guard tag == 0x0112, number(at: position + 2, length: 2) == 3,
                let value = number(at: position + 8, length: 2)
            else { continue }
            return (1...8).contains(value) ? value : 1
        }
        return 1
    }

    /// The chunk eXIf of a PNG file, wherever it stands.
    static func block(ofPNG bytes: [UInt8]) -> ArraySlice<UInt8>? {
        var position = Picture.Format.signatureLength
        // A chunk is its length, its name, its content and a checksum.
        while position + 12 <= bytes.count {
            let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length <= bytes.count - position - 12 else { return nil }
            let content = position + 8
            if bytes[position + 4..<content].elementsEqual("eXIf".utf8) { return bytes[content..<content + length] }
            position = content + length + 4
        }
        return nil
    }
}
