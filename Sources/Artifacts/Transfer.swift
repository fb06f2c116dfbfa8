internal import Sweep
internal import Wire

/// One artifact on its way in either direction, as a state machine without a clock or a socket.
protocol Transfer: AnyObject {
    var artifact: ArtifactReference { get }

    /// Opens files; called until it succeeds. An event says that nothing needs to be transferred.
    func begin() throws(ArtifactError) -> ArtifactClient.Event?

    /// The requests that may be sent now.
    func requests() throws(ArtifactError) -> [WireArtifactRequest]

    /// Forgets what is under way: it may have been lost.
    func restart()

    /// Takes in a reply about this artifact.
    func handle(_ body: WireArtifactReply.OneOf_Body) throws(ArtifactError) -> TransferProgress

    /// Whether the file it reads is gone or no longer the artifact, so that trying again cannot help; asked after a failure.
    var hasLostItsSource: Bool { get }

    /// Deletes what must not be continued.
    func abandon()
}

/// What a reply meant to a transfer.
enum TransferProgress {
    /// Nothing: a duplicate.
    case none
    /// The other end lives but has no room yet.
    case waiting
    case advanced
    case finished(ArtifactClient.Event)
}
