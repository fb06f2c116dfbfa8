internal import Foundation
package import Logging

/// Log lines on standard error: the time (UTC), the level, the message, then the fields by name.
///
///     2026-11-25T17:00:00Z info  stage done  stage.label="prune snip 0.9, seed 0" worker.name=node-1
///
/// A line that cannot be written is lost.
package struct StandardErrorLog: LogHandler {
    package var logLevel = Logger.Level.info
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    package init() {}

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var fields = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
        if let error = event.error { fields["error"] = "\(error)" }
        Terminal.say(Self.line(at: Date(), event.level, "\(event.message)", fields))
    }

    static func line(at time: Date, _ level: Logger.Level, _ message: String, _ fields: Logger.Metadata) -> String {
        let shown = fields.sorted { $0.key < $1.key }.map { "\($0.key)=\(quotedIfNeeded("\($0.value)"))" }
        let text = "\(time.ISO8601Format()) \(level.rawValue)  \(oneLine(message))"
        return shown.isEmpty ? text : "\(text)  \(shown.joined(separator: " "))"
    }

    private static func quotedIfNeeded(_ value: String) -> String {
        let line = oneLine(value)
        guard line.isEmpty || line.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" }) else { return line }
        return "\"\(line.replacing("\"", with: "\\\""))\""
    }

    /// Control characters are escaped: text of an engine or a peer neither begins a line of its own nor moves the cursor.
    private static func oneLine(_ text: String) -> String {
        var line = ""
        for scalar in text.unicodeScalars {
            if scalar.properties.generalCategory == .control {
                line += scalar.escaped(asASCII: true)
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
        return line
    }
}
