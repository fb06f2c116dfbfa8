internal import CPNG

extension Picture {
    /// Decodes a PNG file in red, green, blue: 16 bits scaled to 8, a gamma of the file's applied, transparency blended with
    /// black, of an animation the picture shown without it.
    static func png(_ bytes: [UInt8], _ name: String) throws -> Picture {
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
                    throw refused(complaint(), name: name)
                }
                let (height, width) = (Int(image.pointee.height), Int(image.pointee.width))
                image.pointee.format = UInt32(PNG_FORMAT_RGB)
                // Without it 16 bits are taken for linear light, 8 bits for sRGB.
                image.pointee.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
                var pixels = [UInt8](
                    repeating: 0, count: try count(height: height, width: width, channels: 3, name: name))
                var black = png_color(red: 0, green: 0, blue: 0)
                guard png_image_finish_read(image, &black, &pixels, 0, nil) != 0 else {
                    throw refused(complaint(), name: name)
                }
                return Picture(height: height, width: width, channels: 3, pixels: pixels)
            }
        }
    }
}
