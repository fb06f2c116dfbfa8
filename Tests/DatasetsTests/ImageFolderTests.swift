import Foundation
import Sweep
import Testing
import Torch

@testable import Datasets

/// Folders of JPEG and PNG files.
@Suite struct ImageFolderTests {
    static let red: [UInt8] = [250, 10, 10]
    static let blue: [UInt8] = [10, 240, 250]

    /// Two classes of two training images and one test image.
    static func folder() throws -> DataFolder {
        let folder = try DataFolder()
        for (name, base, corner) in [("cat", red, blue), ("dog", blue, red)] {
            let small = PictureFiles.pixels(height: 8, width: 8, base, corner)
            let wide = PictureFiles.pixels(height: 16, width: 40, base, corner)
            try folder.write(PictureFiles.png(small, height: 8, width: 8), to: "pets/train/\(name)/a.png")
            try folder.write(PictureFiles.jpeg(wide, height: 16, width: 40), to: "pets/train/\(name)/b.JPEG")
            try folder.write(PictureFiles.png(small, height: 8, width: 8), to: "pets/test/\(name)/c.png")
            try folder.write([1, 2, 3], to: "pets/test/\(name)/notes.txt")
        }
        return folder
    }

    @Test func picturesAreReadInTheOrderOfTheirNames() throws {
        let folder = try Self.folder()
        let reference = try folder.reference("pets", image: [3, 8, 8])
        #expect(reference.description?.format == .imageFolder && reference.description?.classes == 2)
        let raw = try ImageFolder(DatasetFiles(dataset: "pets", folder: "pets", dataDirectory: folder.path))
            .read(image: [3, 8, 8], classes: 2) { _, _ in }
        #expect(raw.training.labels == [0, 0, 1, 1] && raw.test.labels == [0, 1])
        // The PNG file has the shape already: its bytes, plane by plane.
        let cat = PictureFiles.pixels(height: 8, width: 8, Self.red, Self.blue)
        let planes = (0..<3).flatMap { channel in (0..<64).map { cat[3 * $0 + channel] } }
        #expect(Array(raw.test.pixels.prefix(192)) == planes)
        // The middle of the wide JPEG, halved: its upper left quarter is a 4x4 corner, moved out of the middle by 6 of 20
        // columns. JPEG at quality 100 is off by a few levels away from the edge.
        let jpeg = raw.training.pixels[192..<384].map(Int.init)
        #expect(abs(jpeg[0] - 10) < 8 && abs(jpeg[128] - 250) < 8)
        #expect(abs(jpeg[63] - 250) < 8 && abs(jpeg[128 + 63] - 10) < 8)
        let data = try folder.load(reference)
        #expect(data.imageShape == [3, 8, 8] && data.training.count == 4)
        let (mean, deviation) = (
            try data.training.batch(Tensor.range(4)).inputs.mean().item(),
            try data.training.batch(Tensor.range(4)).inputs.square().mean().item()
        )
        #expect(abs(mean) < 1e-3 && abs(deviation - 1) < 1e-3)
    }

    // MARK: - Scaling

    @Test func ownSizeIsUnchanged() {
        let raw = AugmentationTests.raw(count: 1, shape: [3, 7, 5])
        let interleaved = (0..<35).flatMap { pixel in (0..<3).map { raw.pixels[35 * $0 + pixel] } }
        let picture = Picture(height: 7, width: 5, channels: 3, pixels: interleaved)
        #expect(picture.covering(height: 7, width: 5) == raw.pixels)
    }

    /// PIL's bilinear resizing of the same rows gives these numbers.
    @Test func scalingIsBilinearAndWidensWhereItShrinks() {
        func row(_ pixels: [UInt8], to width: Int) -> [UInt8] {
            Picture(height: 1, width: pixels.count, channels: 1, pixels: pixels).covering(height: 1, width: width)
        }
        let ramp = Picture(
            height: 4, width: 4, channels: 1,
            pixels: [0, 0, 0, 0, 80, 80, 80, 80, 160, 160, 160, 160, 240, 240, 240, 240])
        // Weights 3, 3, 1 of 7, mirrored at the lower edge.
        #expect(ramp.covering(height: 2, width: 2) == [57, 57, 183, 183])
        // A single row cannot shrink without leaving its middle: only the centre column is kept.
        #expect(row([9, 20, 31], to: 1) == [20])
        let pair = Picture(height: 2, width: 2, channels: 1, pixels: [0, 100, 0, 100])
        #expect(pair.covering(height: 4, width: 4) == Array(repeating: [0, 25, 75, 100], count: 4).flatMap { $0 })
    }

    @Test func theMiddleIsCutOut() {
        let tall = Picture(height: 6, width: 2, channels: 1, pixels: [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6])
        #expect(tall.covering(height: 2, width: 2) == [3, 3, 4, 4])
    }

    // MARK: - What cannot be used

    @Test func damagedPicturesAreNamed() throws {
        let pixels = PictureFiles.pixels(height: 64, width: 64, Self.red, Self.blue)
        let (jpeg, png) = (
            PictureFiles.jpeg(pixels, height: 64, width: 64), PictureFiles.png(pixels, height: 64, width: 64)
        )
        for bytes in [Array(jpeg.prefix(jpeg.count / 2)), Array(png.prefix(png.count / 2)), Array(jpeg.prefix(5))] {
            DescribedTests.says("dir/x.jpg is damaged (") {
                _ = try Picture(decoding: bytes, channels: 3, name: "dir/x.jpg")
            }
        }
        DescribedTests.says("neither a JPEG nor a PNG") {
            _ = try Picture(decoding: Array("GIF89a".utf8), channels: 3, name: "x.jpg")
        }
        // The header of a PNG claims 100,000 x 100,000 pixels.
        var huge = png
        huge.replaceSubrange(16..<24, with: [0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0])
        DescribedTests.says("x.png") { _ = try Picture(decoding: huge, channels: 3, name: "x.png") }
        // The frame header of a JPEG (SOF0) claims 65,500 x 65,500.
        var wide = jpeg
        let frame = try #require(wide.indices.dropLast().first { wide[$0] == 0xFF && wide[$0 + 1] == 0xC0 })
        wide.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
        DescribedTests.says("has 65500x65500 pixels") { _ = try Picture(decoding: wide, channels: 3, name: "x.jpg") }
    }

    @Test func oddFoldersAreRefused() throws {
        let folder = try Self.folder()
        DescribedTests.says("--image") { _ = try folder.reference("pets") }
        DescribedTests.says("--image is") { _ = try folder.reference("pets", image: [3, 0, 8]) }
        var reference = try folder.reference("pets", image: [3, 8, 8])
        reference.description?.classes = 3
        DescribedTests.says("2 class folders, not 3") { _ = try folder.load(reference) }
        try folder.write([0xFF, 0xD8, 0xFF, 0], to: "pets/train/cat/z.jpg")
        DescribedTests.says("pets/train/cat/z.jpg is damaged") { _ = try folder.reference("pets", image: [3, 8, 8]) }
        try folder.write([], to: "pets/test/emu/a.png")
        DescribedTests.says("the class emu is in only one of") { _ = try folder.reference("pets", image: [3, 8, 8]) }
        try folder.write([], to: "one/train/cat/a.png")
        DescribedTests.says("one/train has 1 class folders") { _ = try folder.reference("one", image: [3, 8, 8]) }
    }
}
