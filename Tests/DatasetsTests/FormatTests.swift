import Foundation
import Testing

@testable import Datasets

@Suite struct FormatTests {
    /// "espalier" five times, gzipped.
    static let gzipped: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 75, 45, 46, 72, 204, 201, 76, 45, 74, 37, 64, 3, 0, 11, 137, 228, 217, 40, 0,
        0, 0,
    ]

    @Test func gzipUnpacks() throws {
        let bytes = try Gzip.decompress(Self.gzipped, limit: 40, name: "test.gz")
        #expect(String(decoding: bytes, as: UTF8.self) == String(repeating: "espalier", count: 5))
    }

    @Test func gzipUnpacksAllMembers() throws {
        let bytes = try Gzip.decompress(Self.gzipped + Self.gzipped, limit: 80, name: "test.gz")
        #expect(String(decoding: bytes, as: UTF8.self) == String(repeating: "espalier", count: 10))
    }

    static let damaged: [(bytes: [UInt8], limit: Int, says: String)] = [
        (Array(gzipped.dropLast(9)), 40, "cut short"),
        (Array(gzipped.prefix(12)), 40, "cut short"),
        ([], 40, "cut short"),
        (gzipped.dropLast(8) + [0, 0, 0, 0, 0, 0, 0, 0], 40, "not a valid gzip"),
        (Array("plain text, no gzip".utf8), 40, "not a valid gzip"),
        (gzipped, 39, "more than the 39 bytes"),
    ]

    @Test(arguments: damaged) func gzipRefuses(_ file: (bytes: [UInt8], limit: Int, says: String)) {
        let error = #expect(throws: DatasetError.self) {
            try Gzip.decompress(file.bytes, limit: file.limit, name: "test.gz")
        }
        #expect(error?.description.contains(file.says) == true)
        #expect(error?.description.contains("test.gz") == true)
    }

    static func idx(_ magic: UInt8, _ sizes: [UInt8], _ values: [UInt8]) -> [UInt8] {
        [0, 0, 8, magic] + sizes.flatMap { [0, 0, 0, $0] } + values
    }

    @Test func idxReads() throws {
        let raw = try IDX.read(
            images: Self.idx(3, [2, 1, 3], [1, 2, 3, 4, 5, 6]), labels: Self.idx(1, [2], [7, 9]),
            imagesName: "images", labelsName: "labels", classes: 10)
        #expect(raw.shape == [1, 1, 3])
        #expect(raw.pixels == [1, 2, 3, 4, 5, 6])
        #expect(raw.labels == [7, 9])
        #expect(raw.selecting { $0 == 1 }.pixels == [4, 5, 6])
    }

    static let hostileIDX: [(images: [UInt8], labels: [UInt8], says: String)] = [
        (idx(1, [2, 1, 3], [1, 2, 3, 4, 5, 6]), idx(1, [2], [0, 0]), "magic number 2049 instead of 2051"),
        (idx(3, [2, 1, 3], [1, 2, 3, 4, 5]), idx(1, [2], [0, 0]), "5 values instead of 6"),
        (idx(3, [2, 1, 3], [1, 2, 3, 4, 5, 6, 7]), idx(1, [2], [0, 0]), "7 values instead of 6"),
        (idx(3, [2, 1, 3], [1, 2, 3, 4, 5, 6]), idx(1, [3], [0, 0, 0]), "2 images but labels 3 labels"),
        (idx(3, [2, 1, 3], [1, 2, 3, 4, 5, 6]), idx(1, [2], [0, 10]), "label 10 at position 1"),
        (idx(3, [0, 1, 3], []), idx(1, [0], []), "impossible sizes"),
        ([0, 0, 8, 3, 255, 255, 255, 255] + Array(repeating: 255, count: 8), idx(1, [2], [0, 0]), "sizes"),
        ([0, 0], idx(1, [2], [0, 0]), "cut short"),
    ]

    @Test(arguments: hostileIDX) func idxRefuses(_ file: (images: [UInt8], labels: [UInt8], says: String)) {
        let error = #expect(throws: DatasetError.self) {
            try IDX.read(
                images: file.images, labels: file.labels, imagesName: "images", labelsName: "labels", classes: 10)
        }
        #expect(error?.description.contains(file.says) == true, "\(String(describing: error))")
    }

    static let line = Array(repeating: "0", count: 64).joined(separator: ",")

    @Test(arguments: [
        "\(line)", "\(line),10", "\(line),1,2", "\(line),",
        "17\(line.dropFirst()),1", "x\(line.dropFirst()),1", "100\(line.dropFirst()),1", "-1\(line.dropFirst()),1",
    ])
    func digitsRefuses(_ text: String) {
        let error = #expect(throws: DatasetError.self) {
            try DigitsCSV.read(Array("\(Self.line),3\n\(text)\n".utf8), name: "digits.csv")
        }
        #expect(error?.description.hasPrefix("digits.csv, line 2") == true)
    }

    @Test func digitsReads() throws {
        let raw = try DigitsCSV.read(Array("\(Self.line),3\n16\(Self.line.dropFirst()),9".utf8), name: "digits.csv")
        #expect(raw.labels == [3, 9])
        #expect(raw.pixels[64] == 16)
    }
}
