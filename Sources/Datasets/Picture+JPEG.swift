internal import CTurboJPEG

extension Picture {
    /// Decodes a JPEG file in red, green, blue.
    static func jpeg(_ bytes: [UInt8], _ name: String) throws -> Picture {
        guard let decoder = tjInitDecompress() else {
            throw DatasetError("no JPEG decoder for \(name): out of memory; free memory and try again")
        }
        defer { tjDestroy(decoder) }
        func complaint() -> String { String(cString: tjGetErrorStr2(decoder)) }
        var (width, height, subsampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
        guard
            tjDecompressHeader3(decoder, bytes, UInt(bytes.count), &width, &height, &subsampling, &space) == 0
        else { throw refused(complaint(), name: name) }
        let isInk = space == TJCS_CMYK.rawValue || space == TJCS_YCCK.rawValue
        var pixels = [UInt8](
            repeating: 0,
            count: try count(height: Int(height), width: Int(width), channels: isInk ? 4 : 3, name: name))
        let format = isInk ? TJPF_CMYK : TJPF_RGB
        // A warning counts as damage: the rest of a file cut short would be grey.
        guard
            tjDecompress2(
                decoder, bytes, UInt(bytes.count), &pixels, width, 0, height, format.rawValue,
                TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS) == 0
        else { throw refused(complaint(), name: name) }
        if isInk { pixels = colours(ofInks: pixels, areInverted: JPEGSegments(bytes).isFromAdobe) }
        return Picture(height: Int(height), width: Int(width), channels: 3, pixels: pixels)
    }
}

/// The marker segments of a JPEG file before its first scan (ITU-T T.81, B.1.1).
struct JPEGSegments {
    private var segments: [(marker: UInt8, content: ArraySlice<UInt8>)] = []

    init(_ bytes: [UInt8]) {
        var position = 2
        while position + 4 <= bytes.count, bytes[position] == 0xFF, bytes[position + 1] != 0xDA {
            guard bytes[position + 1] != 0xFF else {
                // Any number of fill bytes may stand before a marker.
                position += 1
                continue
            }
            let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
            let end = position + 2 + length
            guard length >= 2, end <= bytes.count else { break }
            segments.append((bytes[position + 1], bytes[position + 4..<end]))
            position = end
        }
    }

    /// The EXIF block of segment APP1.
    var exif: ArraySlice<UInt8>? {
        segments.first { $0.marker == 0xE1 && $0.content.starts(with: EXIF.name) }?.content
    }

    /// Whether there is the segment APP14 of Adobe's programs, which store inks inverted: 0 is full.
    var isFromAdobe: Bool {
        segments.contains { $0.marker == 0xEE && $0.content.starts(with: "Adobe".utf8) }
    }
}
