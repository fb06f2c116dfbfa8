import CPNG
import Testing

@testable import Datasets

/// EXIF orientation in JPEG and PNG files.
@Suite struct OrientationTests {
    /// A block with other entries before that of the orientation.
    static func block(_ orientation: UInt8, isLittle: Bool = true, before: Int = 2) -> [UInt8] {
        func number(_ value: Int, _ length: Int) -> [UInt8] {
            let digits = (0..<length).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return isLittle ? digits : digits.reversed()
        }
        func entry(_ tag: Int, _ value: Int) -> [UInt8] {
            number(tag, 2) + number(3, 2) + number(1, 4) + number(value, 2) + [0, 0]
        }
        var block = Array((isLittle ? "II*\0" : "MM\0*").utf8)
        block += number(8, 4) + number(before + 1, 2)
        for index in 0..<before { block += entry(0x100 + index, 5) }
        return block + entry(0x112, Int(orientation)) + [0, 0, 0, 0]
    }

    static func jpeg(_ jpeg: [UInt8], _ block: [UInt8]) -> [UInt8] {
        let length = block.count + 8
        let segment: [UInt8] = [0xFF, 0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 0xFF)]
        return Array(jpeg[..<2]) + segment + EXIF.name + block + Array(jpeg[2...])
    }

    /// What a picture of the rows abc and def shows.
    static let shown = [
        ["abc", "def"], ["cba", "fed"], ["fed", "cba"], ["def", "abc"], ["ad", "be", "cf"], ["da", "eb", "fc"],
        ["fc", "eb", "da"], ["cf", "be", "ad"],
    ]

    @Test(arguments: 1...8) func everyOrientationIsTurnedUpright(orientation: Int) throws {
        func pixels(_ letters: String) -> [UInt8] { letters.utf8.flatMap { letter in [letter, letter + 100, 7] } }
        let stored = pixels("abcdef")
        let rows = Self.shown[orientation - 1]
        for isLittle in [true, false] {
            let block = Self.block(UInt8(orientation), isLittle: isLittle)
            var file = PNGFile(height: 2, width: 3, colourType: PNG_COLOR_TYPE_RGB, samples: stored)
            file.exif = block
            let picture = try Picture(decoding: file.bytes, channels: 3, name: "x.png")
            #expect(picture.height == rows.count && picture.width == rows[0].count)
            #expect(picture.pixels == pixels(rows.joined()))
            let jpeg = PictureFiles.jpeg(stored, height: 2, width: 3)
            let upright = try Picture(decoding: jpeg, channels: 3, name: "x.jpg")
            let tagged = try Picture(decoding: Self.jpeg(jpeg, block), channels: 3, name: "x.jpg")
            #expect(tagged == upright.turned(by: orientation))
        }
    }

    /// Cut short anywhere, counts and places that are out of bounds or lead back: the picture is read as it lies.
    @Test func aHostileBlockTurnsNothing() throws {
        let block = Self.block(6)
        var hostile = block.indices.dropLast(6).map { Array(block.prefix($0)) }
        for value in [0, 9, 255] as [UInt8] { hostile.append(Self.block(value)) }
        for offset in [[255, 255, 255, 255], [0, 0, 0, 0], [4, 0, 0, 0], [0xFE, 0xFF, 0xFF, 0x7F]] as [[UInt8]] {
            hostile.append(Array(block[..<4]) + offset + block[8...])
        }
        hostile.append(Array(block[..<8]) + [255, 255] + Array(repeating: 1, count: 100))
        // A value of another type than a number of two bytes.
        hostile.append(Array(block[..<(block.count - 14)]) + [2] + block[(block.count - 13)...])
        let jpeg = PictureFiles.jpeg(Array(0..<18), height: 2, width: 3)
        let upright = try Picture(decoding: jpeg, channels: 3, name: "x.jpg")
        for block in hostile {
            #expect(try Picture(decoding: Self.jpeg(jpeg, block), channels: 3, name: "x.jpg") == upright, "\(block)")
        }
    }

    @Test func damagedFilesHoldNoBlock() {
        let png = PNGFile(height: 1, width: 1, colourType: PNG_COLOR_TYPE_GRAY, samples: [1], exif: Self.block(6)).bytes
        #expect(EXIF.block(ofPNG: png).map { Array($0) } == Self.block(6))
        for count in png.indices { _ = EXIF.block(ofPNG: Array(png.prefix(count))) }
        #expect(EXIF.block(ofPNG: png[..<8] + Array(repeating: 255, count: 40)) == nil)
        let jpeg = Self.jpeg(PictureFiles.jpeg([1, 2, 3], height: 1, width: 1), Self.block(6))
        #expect(JPEGSegments(jpeg).exif?.count == Self.block(6).count + 6)
        for count in jpeg.indices { _ = JPEGSegments(Array(jpeg.prefix(count))) }
        #expect(JPEGSegments([0xFF, 0xD8, 0xFF, 0xE1, 0, 1, 0, 0]).exif == nil)
    }
}
