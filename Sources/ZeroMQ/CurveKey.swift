internal import CZeroMQ

/// A Curve25519 key, 32 bytes, written as 40 characters of Z85 (ZeroMQ RFC 32).
package struct CurveKey: Hashable, Sendable {
    package static let byteCount = 32
    package static let characterCount = 40

    package let z85: String
    package let bytes: [UInt8]

    /// `nil` unless the text is 40 characters of Z85.
    package init?(z85: String) {
        guard z85.utf8.count == Self.characterCount, !z85.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        guard zmq_z85_decode(&bytes, z85) != nil else { return nil }
        self.z85 = z85
        self.bytes = bytes
    }

    /// `nil` unless there are 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        var text = [CChar](repeating: 0, count: Self.characterCount + 1)
        guard zmq_z85_encode(&text, bytes, bytes.count) != nil else { return nil }
        self.z85 = String(decoding: text.prefix(Self.characterCount).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.bytes = bytes
    }
}

/// A public key and the secret it belongs to. Prints only the public half.
package struct CurveKeypair: Sendable, CustomStringConvertible {
    package let publicKey: CurveKey
    package let secretKey: CurveKey

    package var description: String { "CurveKeypair(\(publicKey.z85))" }

    /// A new pair from the operating system's random source.
    package static func generate() throws(ZeroMQError) -> CurveKeypair {
        var publicText = [CChar](repeating: 0, count: CurveKey.characterCount + 1)
        var secretText = publicText
        guard zmq_curve_keypair(&publicText, &secretText) == 0 else {
            throw .last("generate a key pair")
        }
        return try CurveKeypair(publicKey: key(publicText), secretKey: key(secretText))
    }

    /// Derives the public key.
    package init(secretKey: CurveKey) throws(ZeroMQError) {
        var publicText = [CChar](repeating: 0, count: CurveKey.characterCount + 1)
        guard zmq_curve_public(&publicText, secretKey.z85) == 0 else {
            throw .last("derive a public key")
        }
        self.init(publicKey: try Self.key(publicText), secretKey: secretKey)
    }

    private init(publicKey: CurveKey, secretKey: CurveKey) {
        self.publicKey = publicKey
        self.secretKey = secretKey
    }

    private static func key(_ text: [CChar]) throws(ZeroMQError) -> CurveKey {
        let characters = text.prefix(CurveKey.characterCount).map { UInt8(bitPattern: $0) }
        guard let key = CurveKey(z85: String(decoding: characters, as: UTF8.self)) else {
            throw ZeroMQError(
                .invalidKey, operation: "make a key pair", message: "libzmq returned a malformed key; reinstall it")
        }
        return key
    }
}
