/// A sweep as the user wrote it, checked and with every default filled in.
///
/// `docs/sweep-file.md` says what every key means, allows and defaults to; a test keeps it in step with the reader.
package struct SweepFile: Hashable, Sendable {
    /// One entry of `methods`.
    package struct Entry: Hashable, Sendable {
        package var label: String
        package var method: String
        package var levels: [Level]
        /// All knobs of the method, defaults filled in.
        package var knobs: [String: Double]
        package var start: Start
        package var allocation: Allocation
        package var layers: LayerSelection
        package var schedule: PruningSchedule
        /// Each level starts from the network of the level before, not from the dense one.
        package var isCascade: Bool
        package var retrain: Retrain
    }

    package var name: String
    package var network: String
    package var dataset: DatasetReference
    package var seeds: [Int]
    package var threads: Int
    package var priority: Int
    /// `nil` for `espalier-engine`.
    package var engine: OwnEngine?
    package var training: Training
    package var methods: [Entry]

    /// Of a file's text.
    package static let maximumBytes = 1 << 20
    /// Stands for the sweep submitted last wherever a sweep is named, and is not a sweep's name.
    package static let lastSweep = "last"
    /// Levels x seeds over all entries.
    package static let maximumTasks = 1_000_000
    /// Levels that start one from another.
    package static let maximumCascade = 100
}

extension SweepFile {
    /// Reads and checks a sweep file. No I/O: `fileName` is for messages only.
    ///
    /// Throws a ``SweepFileError`` with all faults, each with line, column, key path and remedy.
    package init(yaml: String, fileName: String) throws(SweepFileError) {
        var reading = SweepFileReading(fileName: fileName)
        let file = reading.file(yaml)
        guard let file, reading.reader.issues.isEmpty else { throw reading.reader.error }
        self = file
    }
}
