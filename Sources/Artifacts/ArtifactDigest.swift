internal import Crypto
package import Sweep

/// The SHA-256 of a file's content: its name in the store, and the only thing from the network a path is made of.
package struct ArtifactDigest: Hashable, Sendable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    package let hex: String

    /// Accepts exactly 64 lower-case hexadecimal digits; anything else is `nil`.
    package init?(hex: String) {
        guard SHA256.Digest.isHexadecimal(hex) else { return nil }
        self.hex = hex
    }

    init(_ hash: SHA256.Digest) { hex = hash.hexadecimal }

    /// The first twelve digits, for people.
    package var description: String { String(hex.prefix(12)) }
}

extension ArtifactReference {
    /// `nil` where the reference, from the network or an engine, is malformed.
    package var digest: ArtifactDigest? { ArtifactDigest(hex: sha256) }
}
