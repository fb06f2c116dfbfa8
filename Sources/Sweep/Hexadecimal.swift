package import Crypto

extension Sequence<UInt8> {
    /// Two lower-case hexadecimal digits per byte: how digests are written everywhere.
    package var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension SHA256.Digest {
    /// Whether the text is a digest as this program writes it: exactly 64 lower-case hexadecimal digits.
    package static func isHexadecimal(_ text: String) -> Bool {
        text.utf8.count == byteCount * 2
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
