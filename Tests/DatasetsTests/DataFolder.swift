import CPNG
import CTurboJPEG
import Foundation
import Sweep

@testable import Datasets

/// A data directory that is removed with the value.
final class DataFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-data-\(UUID())").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ bytes: [UInt8], to name: String) throws {
        let url = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    /// The reference that `espalier-engine dataset` gives.
    func reference(_ folder: String, image: [Int]? = nil) throws -> DatasetReference {
        try Dataset.description(ofFolder: folder, dataDirectory: path, image: image)
    }

    func load(_ reference: DatasetReference) throws -> Dataset {
        try Dataset(reference, dataDirectory: path)
    }
}

/// Files of one flat colour but for a square of another in the upper left quarter.
enum PictureFiles {
    static func pixels(height: Int, width: Int, _ base: [UInt8], _ corner: [UInt8]) -> [UInt8] {
        (0..<height).flatMap { y in
            (0..<width).flatMap { x in y < height / 2 && x < width / 2 ? corner : base }
        }
    }

    /// - Parameter format: Of the pixels: TJPF_RGB, TJPF_GRAY, or TJPF_CMYK, which makes a YCCK file as Adobe's programs do.
    static func jpeg(
        _ pixels: [UInt8], height: Int, width: Int, format: TJPF = TJPF_RGB, isProgressive: Bool = false
    ) -> [UInt8] {
        let coder = tjInitCompress()
        defer { tjDestroy(coder) }
        var bytes: UnsafeMutablePointer<UInt8>?
        var count: UInt = 0
        let sampling = format == TJPF_GRAY ? TJSAMP_GRAY : TJSAMP_444
        guard
            tjCompress2(
                coder, pixels, Int32(width), 0, Int32(height), format.rawValue, &bytes, &count,
                Int32(sampling.rawValue), 100, TJFLAG_ACCURATEDCT | (isProgressive ? TJFLAG_PROGRESSIVE : 0)) == 0
        else { return [] }
        defer { tjFree(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }

    static func png(_ pixels: [UInt8], height: Int, width: Int) -> [UInt8] {
        PNGFile(height: height, width: width, colourType: PNG_COLOR_TYPE_RGB, samples: pixels).bytes
    }
}
