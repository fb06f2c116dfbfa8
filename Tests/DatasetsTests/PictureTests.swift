import CPNG
import CTurboJPEG
import Testing

@testable import Datasets

/// Pictures of every kind become the values that were put in.
@Suite struct PictureTests {
    static func pixels(_ file: PNGFile, channels: Int = 3) throws -> [UInt8] {
        try Picture(decoding: file.bytes, channels: channels, name: "x.png").pixels
    }

    static func grey(_ depth: Int, _ samples: [UInt8], width: Int) -> PNGFile {
        PNGFile(height: 1, width: width, depth: depth, colourType: PNG_COLOR_TYPE_GRAY, samples: samples)
    }

    // MARK: - PNG

    /// 0x40FF of 65535 is 64.74 of 255: rounded, not cut.
    static let greys: [(depth: Int, samples: [UInt8], width: Int, pixels: [UInt8])] = [
        (16, [0x40, 0, 0x40, 0xFF, 0, 0, 0xFF, 0xFF], 4, [64, 65, 0, 255]), (8, [0, 64, 255], 3, [0, 64, 255]),
        (4, [0x01, 0x2F], 4, [0, 17, 34, 255]), (2, [0b0001_1011], 4, [0, 85, 170, 255]),
        (1, [0b0100_0000], 3, [0, 255, 0]),
    ]

    @Test(arguments: greys) func greyOfAnyDepth(
        _ file: (depth: Int, samples: [UInt8], width: Int, pixels: [UInt8])
    ) throws {
        let png = Self.grey(file.depth, file.samples, width: file.width)
        #expect(try Self.pixels(png, channels: 1) == file.pixels)
        #expect(try Self.pixels(png) == file.pixels.flatMap { [$0, $0, $0] })
    }

    @Test func coloursOfSixteenBits() throws {
        let samples: [UInt8] = [0x40, 0, 0x80, 0, 0xFF, 0xFF]
        var file = PNGFile(height: 1, width: 1, depth: 16, colourType: PNG_COLOR_TYPE_RGB, samples: samples)
        #expect(try Self.pixels(file) == [64, 128, 255])
        file.colourType = PNG_COLOR_TYPE_RGB_ALPHA
        file.samples += [0xFF, 0xFF]
        #expect(try Self.pixels(file) == [64, 128, 255])
    }

    @Test func transparentPartsAreBlack() throws {
        var file = PNGFile(
            height: 1, width: 2, colourType: PNG_COLOR_TYPE_RGB_ALPHA, samples: [10, 20, 30, 255, 40, 50, 60, 0])
        #expect(try Self.pixels(file) == [10, 20, 30, 0, 0, 0])
        file.colourType = PNG_COLOR_TYPE_GRAY_ALPHA
        file.samples = [90, 255, 90, 0]
        #expect(try Self.pixels(file, channels: 1) == [90, 0])
        file = PNGFile(height: 1, width: 4, depth: 2, colourType: PNG_COLOR_TYPE_PALETTE, samples: [0b0001_0010])
        file.palette = [
            png_color(red: 1, green: 2, blue: 3), png_color(red: 200, green: 0, blue: 9),
            png_color(red: 5, green: 5, blue: 5),
        ]
        #expect(try Self.pixels(file) == [1, 2, 3, 200, 0, 9, 1, 2, 3, 5, 5, 5])
        file.opacities = [0, 255]
        #expect(try Self.pixels(file) == [0, 0, 0, 200, 0, 9, 0, 0, 0, 5, 5, 5])
    }

    @Test func interlacedFilesAreRead() throws {
        let raw = AugmentationTests.raw(count: 1, shape: [3, 11, 9]).pixels
        var file = PNGFile(height: 11, width: 9, colourType: PNG_COLOR_TYPE_RGB, samples: raw)
        file.isInterlaced = true
        #expect(try Self.pixels(file) == raw)
    }

    /// The light of 0x40 in a linear file is that of 137 in sRGB: 255 (1.055 (64 / 255)^(1 / 2.4) - 0.055).
    @Test func aGammaIsApplied() throws {
        for (depth, samples) in [(8, [64]), (16, [64, 64])] as [(Int, [UInt8])] {
            var file = Self.grey(depth, samples, width: 1)
            file.gamma = 1 / 2.2
            #expect(try Self.pixels(file, channels: 1) == [64])
            file.gamma = 1
            #expect(try abs(Int(Self.pixels(file, channels: 1)[0]) - 137) <= 1)
        }
    }

    // MARK: - Grey

    /// Within one level of 0.299 red + 0.587 green + 0.114 blue, from either kind of file.
    @Test(arguments: [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [200, 30, 90]] as [[UInt8]])
    func greyIsTheSameFromEveryKindOfFile(colour: [UInt8]) throws {
        let pixels = PictureFiles.pixels(height: 8, width: 8, colour, colour)
        let expected = 0.299 * Double(colour[0]) + 0.587 * Double(colour[1]) + 0.114 * Double(colour[2])
        let wide = PNGFile(
            height: 8, width: 8, depth: 16, colourType: PNG_COLOR_TYPE_RGB, samples: pixels.flatMap { [$0, $0] })
        for bytes in [
            PictureFiles.png(pixels, height: 8, width: 8), PictureFiles.jpeg(pixels, height: 8, width: 8), wide.bytes,
        ] {
            let grey = try Picture(decoding: bytes, channels: 1, name: "x").pixels
            #expect(grey.count == 64 && grey.allSatisfy { abs(Double($0) - expected) <= 1.5 }, "\(grey[0]) \(expected)")
        }
    }

    // MARK: - JPEG

    static func near(_ bytes: [UInt8], _ expected: [Int]) throws -> Bool {
        let pixels = try Picture(decoding: bytes, channels: 3, name: "x.jpg").pixels
        return pixels.count == 192 && pixels.indices.allSatisfy { abs(Int(pixels[$0]) - expected[$0 % 3]) <= 3 }
    }

    /// 8x8 pixels of one colour; inks inverted, as Adobe's programs store them.
    static func inks(_ inks: [UInt8]) -> [UInt8] {
        PictureFiles.jpeg(Array(repeating: inks, count: 64).flatMap { $0 }, height: 8, width: 8, format: TJPF_CMYK)
    }

    @Test func inksBecomeColours() throws {
        // No cyan, 200 of 255 magenta and yellow, no black; then half black over it.
        #expect(try Self.near(Self.inks([255, 55, 55, 255]), [255, 55, 55]))
        #expect(try Self.near(Self.inks([255, 55, 55, 128]), [128, 28, 28]))
        let grey = try Picture(decoding: Self.inks([255, 55, 55, 255]), channels: 1, name: "x.jpg").pixels
        #expect(grey.allSatisfy { abs(Int($0) - 115) <= 2 })
    }

    /// The file's three colour planes hold luma and twice 128. Taken for inks they are C, M and Y, inverted where the
    /// segment of Adobe's is.
    @Test func inksAreInvertedWhereAdobeSaysSo() throws {
        var file = Self.inks([55, 55, 55, 255])
        let adobe = try #require(file.firstRange(of: Array("Adobe".utf8))).lowerBound
        file[adobe + 11] = 0
        #expect(try Self.near(file, [200, 128, 128]))
        file = Self.inks([55, 55, 55, 0])
        file[adobe] = UInt8(ascii: "X")
        #expect(try Self.near(file, [55, 127, 127]))
    }

    @Test func greyAndProgressiveFilesAreRead() throws {
        let grey = PictureFiles.jpeg(Array(repeating: 77, count: 64), height: 8, width: 8, format: TJPF_GRAY)
        #expect(try Self.near(grey, [77, 77, 77]))
        let pixels = Array(repeating: [200, 30, 90] as [UInt8], count: 64).flatMap { $0 }
        #expect(
            try Self.near(PictureFiles.jpeg(pixels, height: 8, width: 8, isProgressive: true), [200, 30, 90]))
    }

    @Test func whatIsNotSupportedIsNotCalledDamaged() throws {
        let jpeg = PictureFiles.jpeg(Array(repeating: 9, count: 192), height: 8, width: 8)
        let frame = try #require(jpeg.firstRange(of: [0xFF, 0xC0])).lowerBound
        var (deep, lossless) = (jpeg, jpeg)
        deep[frame + 4] = 12
        lossless[frame + 1] = 0xC3
        for bytes in [deep, lossless] {
            DescribedTests.says("x.jpg is not supported (Unsupported JPEG") {
                _ = try Picture(decoding: bytes, channels: 3, name: "x.jpg")
            }
        }
    }
}
