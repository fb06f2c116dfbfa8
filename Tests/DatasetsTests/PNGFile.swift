import CPNG

/// A PNG file of any kind that libpng can write.
struct PNGFile {
    var height: Int
    var width: Int
    var depth = 8
    /// PNG_COLOR_TYPE_...
    var colourType: Int32
    /// Row by row; numbers of 16 bits big-endian, those of fewer than 8 packed, each row from a whole byte on.
    var samples: [UInt8]
    var palette: [png_color] = []
    /// Of the palette's colours.
    var opacities: [UInt8] = []
    /// As the chunk gAMA has it: 1 is linear light.
    var gamma: Double?
    var exif: [UInt8] = []
    var isInterlaced = false

    private final class Sink {
        var bytes: [UInt8] = []
    }

    var bytes: [UInt8] {
        let sink = Sink()
        // Without error handlers libpng ends the process where a test asks for the impossible.
        var writer = png_create_write_struct(PNG_LIBPNG_VER_STRING, nil, nil, nil)
        var info = png_create_info_struct(writer)
        defer { png_destroy_write_struct(&writer, &info) }
        png_set_write_fn(
            writer, Unmanaged.passUnretained(sink).toOpaque(),
            { writer, bytes, count in
                guard let sink = png_get_io_ptr(writer) else { return }
                Unmanaged<Sink>.fromOpaque(sink).takeUnretainedValue().bytes += UnsafeBufferPointer(
                    start: bytes, count: count)
            }, nil)
        png_set_IHDR(
            writer, info, UInt32(width), UInt32(height), Int32(depth), colourType,
            isInterlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
            PNG_FILTER_TYPE_DEFAULT)
        if !palette.isEmpty { png_set_PLTE(writer, info, palette, Int32(palette.count)) }
        if !opacities.isEmpty { png_set_tRNS(writer, info, opacities, Int32(opacities.count), nil) }
        if let gamma { png_set_gAMA(writer, info, gamma) }
        var exif = exif
        if !exif.isEmpty { png_set_eXIf_1(writer, info, UInt32(exif.count), &exif) }
        var samples = samples
        let stride = samples.count / height
        samples.withUnsafeMutableBufferPointer { samples in
            var rows = (0..<height).map { samples.baseAddress?.advanced(by: $0 * stride) }
            png_write_info(writer, info)
            png_write_image(writer, &rows)
            png_write_end(writer, info)
        }
        return sink.bytes
    }
}
