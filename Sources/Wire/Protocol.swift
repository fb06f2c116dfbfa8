/// Facts both ends of a connection must agree on.
package enum WireProtocol {
    /// Raised when an old peer would misunderstand a new one.
    package static let version: UInt32 = 1
    /// The largest frame either socket accepts, in bytes.
    package static let maximumFrame = 4 << 20
    /// Artifact bytes in one chunk.
    package static let chunk = 1 << 20
    /// Where the coordinator listens unless told otherwise.
    package static let controlPort = 7733
    package static let artifactPort = 7734
}
