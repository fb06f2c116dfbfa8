internal import Files
package import Foundation

/// Whose report a folder holds: its `origin.json`, which is written before the rest.
struct ReportOrigin: Codable {
    static let fileName = "origin.json"
    var stateIdentity: String
    var sweep: String

    func write(to directory: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try WholeFile.write(try encoder.encode(self), to: directory.appendingPathComponent(Self.fileName).path)
    }
}

extension ReportWriter {
    /// What a report in this directory would replace that is not its own, as in "holds a report of another state
    /// directory"; nil where there is no such thing.
    ///
    /// - Parameter stateIdentity: Of the state directory the report comes from; nil for one that does not exist yet.
    /// - Throws: `FileError` where a file is in the directory's place, or this user may not write there.
    package static func obstacle(in directory: URL, stateIdentity: String?) throws -> String? {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory.path, isDirectory: &isDirectory) else { return nil }
        guard isDirectory.boolValue else { throw FileError("create", directory.path, number: ENOTDIR) }
        guard access(directory.path, R_OK | W_OK | X_OK) == 0 else { throw FileError("write to", directory.path) }
        if try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty { return nil }
        let file = directory.appendingPathComponent(ReportOrigin.fileName)
        guard let data = try? Data(contentsOf: file),
            let origin = try? JSONDecoder().decode(ReportOrigin.self, from: data)
        else { return "holds files that are not a report of this state directory" }
        return origin.stateIdentity == stateIdentity ? nil : "holds a report of another state directory"
    }
}
