/// Everything that is wrong with a sweep file, in the order of the file.
package struct SweepFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One fault.
    package struct Issue: Hashable, Sendable, Codable, CustomStringConvertible {
        /// The file's name as the user gave it.
        package var file: String
        /// From 1.
        package var line: Int
        /// From 1.
        package var column: Int
        /// "methods[2].sparsities[1]"; empty for the file as a whole.
        package var keyPath: String
        /// The offending value, what is allowed, and a suggestion where there is one.
        package var message: String

        package var description: String {
            "\(file):\(line):\(column): " + (keyPath.isEmpty ? "" : "\(keyPath): ") + message
        }
    }

    /// At most ``SweepFileError/limit`` issues are kept.
    package var issues: [Issue]
    /// How many more there were.
    package var omitted: Int

    static let limit = 50

    /// One line per issue.
    package var description: String {
        let more = omitted > 0 ? ["... and \(omitted) more"] : []
        return (issues.map(\.description) + more).joined(separator: "\n")
    }
}
