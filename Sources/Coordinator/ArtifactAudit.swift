internal import Artifacts
internal import Foundation
internal import Store
package import Sweep

/// The files that finished stages left, each read through: which are there, and which are lost.
///
/// Looks only, beside a coordinator that may be running: it takes no lock and changes nothing.
package struct ArtifactAudit: Sendable {
    /// A file that is not what a stage's outcome says.
    package struct Loss: Sendable {
        package var stage: StageKey
        /// The stage's name for people.
        package var label: String
        package var artifact: ArtifactReference
        /// "missing", "damaged": after "is".
        package var condition: String
    }

    /// Files looked at.
    package private(set) var count = 0
    package private(set) var losses: [Loss] = []

    /// - Parameter progress: Called after every file with the number read and of all there are.
    package init(of directory: StateDirectory, progress: (Int, Int) -> Void) throws {
        guard FileManager.default.fileExists(atPath: directory.database) else { return }
        let results = try Store(snapshotOf: directory.database).artifactsOfStages()
        let files = ArtifactStore(reading: directory.artifacts)
        var seen: Set<String> = []
        let named = results.flatMap { result in result.artifacts.map { (result, $0) } }
            .filter { seen.insert($0.1.sha256).inserted }
        for (result, artifact) in named {
            let condition = files.condition(of: artifact)
            if condition != .sound {
                losses.append(
                    Loss(
                        stage: result.key, label: result.label, artifact: artifact, condition: condition.rawValue))
            }
            count += 1
            progress(count, named.count)
        }
    }
}
