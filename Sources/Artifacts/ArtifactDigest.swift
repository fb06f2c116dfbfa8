internal import Crypto
package import Sweep

/// The SHA-256 of a file's content: its name in the store, and the only thing from the network a path is made of.
package struct ArtifactDigest: Hashable, Sendable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    package let hex: String

    /// Accepts exactly 64 lower-case hexadecimal digits; anything else is `nil`.
    package init?(hex: String) {
        guard hex.utf8.count == 64, hex.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        self.hex = hex
    }

    init(_ hash: SHA256.Digest) {
        let digits = Array("0123456789abcdef".utf8)
        hex = String(decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The first twelve digits, for people.
    package var description: String { String(hex.prefix(12)) }
}

extension ArtifactReference {
    /// `nil` where the reference, from the network or an engine, is malformed.
    package var digest: ArtifactDigest? { ArtifactDigest(hex: sha256) }
}
