internal import Foundation

/// A decoded photograph: one byte per value, the channels of a pixel side by side.
struct Picture: Equatable {
    let height: Int
    let width: Int
    /// 1 (grey) or 3 (red, green, blue).
    let channels: Int
    let pixels: [UInt8]

    init(height: Int, width: Int, channels: Int, pixels: [UInt8]) {
        self.height = height
        self.width = width
        self.channels = channels
        self.pixels = pixels
    }

    /// Decodes a JPEG or PNG file, upright as its EXIF orientation says.
    ///
    /// Every file is read in colour first, so that grey is made in one way only.
    /// - Parameters:
    ///   - channels: 1 or 3.
    ///   - name: The file, for messages.
    init(decoding bytes: [UInt8], channels: Int, name: String) throws {
        let (colours, exif) =
            switch Format(bytes.prefix(Format.signatureLength)) {
            case .jpeg: try (Self.jpeg(bytes, name), JPEGSegments(bytes).exif)
            case .png: try (Self.png(bytes, name), EXIF.block(ofPNG: bytes))
            case nil: throw Self.unknownFormat(bytes, name: name)
            }
        let picture = colours.turned(by: exif.map(EXIF.orientation) ?? 1)
        self = channels == 1 ? picture.grey : picture
    }

    // MARK: - Formats

    /// What is read, told by the first bytes of a file.
    enum Format {
        case jpeg
        case png

        static let signatureLength = 8

        init?(_ start: some Collection<UInt8>) {
            if start.starts(with: [0xFF, 0xD8, 0xFF]) {
                self = .jpeg
            } else if start.elementsEqual([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
                self = .png
            } else {
                return nil
            }
        }
    }

    /// A file that was meant to be a picture.
    static func unknownFormat(_ start: some Collection<UInt8>, name: String) -> DatasetError {
        DatasetError(
            start.isEmpty
                ? "\(name) is empty; replace or remove it"
                : "\(name) is neither a JPEG nor a PNG file; convert, replace or remove it")
    }

    /// A file whose decoder gave up.
    static func refused(_ complaint: String, name: String) -> DatasetError {
        // The decoders tell by their words alone what they cannot do from what is wrong.
        let isSound = ["nsupported", "not supported", "not implemented"].contains { complaint.contains($0) }
        return DatasetError(
            isSound
                ? "\(name) is not supported (\(complaint)); convert or remove it"
                : "\(name) is damaged (\(complaint)); replace or remove it")
    }

    // MARK: - Size

    /// A small file can claim any size: more pixels than these are not decoded.
    static let maximumPixels = 1 << 26

    /// The bytes of a picture of that size, refused before they are allocated.
    static func count(height: Int, width: Int, channels: Int, name: String) throws -> Int {
        guard height > 0, width > 0 else { throw refused("it ends before its picture", name: name) }
        let (pixels, overflow) = height.multipliedReportingOverflow(by: width)
        guard !overflow, pixels <= maximumPixels else {
            throw DatasetError(
                "\(name) has \(width)x\(height) pixels; at most \(maximumPixels) are read, make it smaller")
        }
        return pixels * channels
    }
}
