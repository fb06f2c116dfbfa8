package import Files
internal import Foundation

/// What the commands of a program print, and what their output is connected to.
package enum Terminal {
    /// True when standard error is a terminal that understands cursor movement.
    package static let isInteractive = isatty(2) == 1 && environmentVariable("TERM") != "dumb"

    /// Colour on standard output: only on a terminal, and never under NO_COLOR (no-color.org).
    package static let hasColor = isatty(1) == 1 && environmentVariable("NO_COLOR") == nil

    /// Columns of the terminal on standard error; 100 where it is not one.
    package static var columns: Int { columns(of: 2) ?? 100 }

    /// What limits the lines of standard output: COLUMNS where set, else the terminal's columns, 80 where it does not say;
    /// nil where it is not a terminal.
    package static var outputWidth: Int? {
        if let columns = environmentVariable("COLUMNS").flatMap({ Int($0) }), columns > 20 { return columns }
        return isatty(1) == 1 ? columns(of: 1) ?? 80 : nil
    }

    private static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return nil }
        return Int(size.ws_col)
    }

    /// Prints what the user asked for to standard output; where that fails, so does the command.
    package static func print(_ text: String, terminator: String = "\n") throws(OutputError) {
        try StandardStream.output.write(text + terminator)
    }

    /// Prints a value as JSON with sorted keys in snake_case and times in ISO 8601, UTC.
    ///
    /// - Parameter asLine: on one line, for documents that follow each other; else indented.
    package static func printJSON(_ value: some Encodable, asLine: Bool = false) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if !asLine { encoder.outputFormatting.insert(.prettyPrinted) }
        try print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Writes a line of news to standard error, which progress and complaints share. News that cannot be written is
    /// lost; the work it tells of is not.
    package static func say(_ line: String) {
        draw(line + "\n")
    }

    /// Writes text with cursor movement to standard error; what cannot be written is lost.
    package static func draw(_ text: String) {
        try? StandardStream.error.write(text)
    }
}

/// A variable of the environment; nil where it is not set, and where it is empty.
package func environmentVariable(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
}
