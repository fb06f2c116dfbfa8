extension Picture {
    /// The luma of ITU-R BT.601 of a picture in colour, which is JPEG's grey: 0.299 red + 0.587 green + 0.114 blue, rounded.
    var grey: Picture {
        let luma = stride(from: 0, to: pixels.count, by: 3).map { pixel in
            let (red, green, blue) = (Int(pixels[pixel]), Int(pixels[pixel + 1]), Int(pixels[pixel + 2]))
            // In units of 1 / 65536, as Pillow has them.
            return UInt8((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16)
        }
        return Picture(height: height, width: width, channels: 1, pixels: luma)
    }

    /// Red, green, blue of cyan, magenta, yellow, black, each ink taking its share of the light; without a colour profile.
    static func colours(ofInks inks: [UInt8], areInverted: Bool) -> [UInt8] {
        func light(_ ink: UInt8) -> Int { Int(areInverted ? ink : 255 - ink) }
        var colours: [UInt8] = []
        colours.reserveCapacity(inks.count / 4 * 3)
        for pixel in stride(from: 0, to: inks.count, by: 4) {
            for ink in inks[pixel..<pixel + 3] {
                colours.append(UInt8((light(ink) * light(inks[pixel + 3]) + 127) / 255))
            }
        }
        return colours
    }
}
