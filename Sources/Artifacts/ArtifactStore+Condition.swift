package import Sweep

// Whether files that should be here are.
extension ArtifactStore {
    /// What has become of an artifact.
    package enum Condition: String, Sendable {
        case sound
        case missing
        /// Shorter or longer than it was.
        case truncated = "of another size"
        /// Other content than its name says.
        case damaged
        /// The file system does not give it out: nothing is known of the content.
        case unreadable
    }

    /// Reads the file through.
    package func condition(of artifact: ArtifactReference) -> Condition {
        guard let digest = artifact.digest, let size = size(of: digest) else { return .missing }
        guard size == artifact.size else { return .truncated }
        do throws(ArtifactError) {
            try verify(digest)
            return .sound
        } catch {
            switch error.code {
            case .corrupt: return .damaged
            case .notFound: return .missing
            default: return .unreadable
            }
        }
    }

    /// The hashes of those that must be made again. A damaged file is deleted: nobody shall take it for the artifact.
    package func lost(among artifacts: [ArtifactReference]) -> Set<String> {
        let lost = artifacts.filter { artifact in
            switch condition(of: artifact) {
            case .sound, .unreadable: return false
            case .missing, .truncated: return true
            case .damaged:
                if let digest = artifact.digest { try? remove(digest) }
                return true
            }
        }
        return Set(lost.map(\.sha256))
    }
}
