internal import CPNG
internal import CTurboJPEG

/// A decoded photograph: one byte a value, the channels of a pixel side by side.
struct Picture {
    let height: Int
    let width: Int
    /// 1 (grey) or 3 (red, green, blue).
    let channels: Int
    let pixels: [UInt8]

    /// A small file can claim any size: more pixels than these are not decoded.
    static let maximumPixels = 1 << 26

    init(height: Int, width: Int, channels: Int, pixels: [UInt8]) {
        self.height = height
        self.width = width
        self.channels = channels
        self.pixels = pixels
    }

    /// Decodes a JPEG or PNG file, told apart by its first bytes; transparent parts become black.
    ///
    /// - Parameters:
    ///   - channels: 1 or 3; colours are converted.
    ///   - name: The file, for messages.
    init(decoding bytes: [UInt8], channels: Int, name: String) throws {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = try Self.jpeg(bytes, channels, name)
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
            self = try Self.png(bytes, channels, name)
        } else {
            throw DatasetError("\(name) is neither a JPEG nor a PNG file; replace or remove it")
        }
    }

    private static func count(_ height: Int, _ width: Int, _ channels: Int, _ name: String) throws -> Int {
        guard height > 0, width > 0 else { throw damaged(name, "it ends before its picture") }
        let (pixels, overflow) = height.multipliedReportingOverflow(by: width)
        guard !overflow, pixels <= maximumPixels else {
            throw DatasetError(
                "\(name) has \(width)x\(height) pixels; at most \(maximumPixels) are read, make it smaller")
        }
        return pixels * channels
    }

    private static func damaged(_ name: String, _ complaint: String) -> DatasetError {
        DatasetError("\(name) is damaged (\(complaint)); replace or remove it")
    }

    private static func jpeg(_ bytes: [UInt8], _ channels: Int, _ name: String) throws -> Picture {
        guard let decoder = tjInitDecompress() else {
            throw DatasetError("no JPEG decoder for \(name): out of memory; free memory and try again")
        }
        defer { tjDestroy(decoder) }
        func complaint() -> String { String(cString: tjGetErrorStr2(decoder)) }
        var (width, height, subsampling, colours) = (Int32(0), Int32(0), Int32(0), Int32(0))
        guard
            tjDecompressHeader3(decoder, bytes, UInt(bytes.count), &width, &height, &subsampling, &colours) == 0
        else { throw damaged(name, complaint()) }
        var pixels = [UInt8](repeating: 0, count: try count(Int(height), Int(width), channels, name))
        let format = channels == 1 ? TJPF_GRAY : TJPF_RGB
        // A warning counts as damage: the rest of a file cut short would be grey.
        guard
            tjDecompress2(
                decoder, bytes, UInt(bytes.count), &pixels, width, 0, height, format.rawValue,
                TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS) == 0
        else { throw damaged(name, complaint()) }
        return Picture(height: Int(height), width: Int(width), channels: channels, pixels: pixels)
    }

    private static func png(_ bytes: [UInt8], _ channels: Int, _ name: String) throws -> Picture {
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        // libpng keeps both pointers from the first call to the last.
        return try bytes.withUnsafeBufferPointer { source in
            try withUnsafeMutablePointer(to: &image) { image in
                defer { png_image_free(image) }
                func complaint() -> String {
                    withUnsafeBytes(of: image.pointee.message) {
                        String(decoding: $0.prefix(while: { $0 != 0 }), as: UTF8.self)
                    }
                }
                guard png_image_begin_read_from_memory(image, source.baseAddress, source.count) != 0 else {
                    throw damaged(name, complaint())
                }
                let (height, width) = (Int(image.pointee.height), Int(image.pointee.width))
                image.pointee.format = channels == 1 ? UInt32(PNG_FORMAT_GRAY) : UInt32(PNG_FORMAT_RGB)
                var pixels = [UInt8](repeating: 0, count: try count(height, width, channels, name))
                var black = png_color(red: 0, green: 0, blue: 0)
                guard png_image_finish_read(image, &black, &pixels, 0, nil) != 0 else {
                    throw damaged(name, complaint())
                }
                return Picture(height: height, width: width, channels: channels, pixels: pixels)
            }
        }
    }
}
