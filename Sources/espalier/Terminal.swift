internal import Foundation

/// What standard output and standard error are connected to, and how to write to them.
enum Terminal {
    /// True when standard error is a terminal that understands cursor movement.
    static let isInteractive = isatty(2) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

    /// Colour on standard output: only on a terminal, and never under NO_COLOR (no-color.org).
    static let hasColor = isatty(1) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil

    /// Columns of the terminal on standard error; 100 where it is not one.
    static var columns: Int {
        var size = winsize()
        guard ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 100 }
        return Int(size.ws_col)
    }

    /// Writes a line of news to standard error, which progress and complaints share.
    static func say(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    static func complain(_ sentence: String) {
        say("espalier: \(sentence)")
    }

    /// Prints a value as indented JSON with sorted keys.
    static func printJSON(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}

extension Duration {
    /// "45 s", "12 min 30 s", "2 h 5 min", "3 d 4 h".
    var forPeople: String {
        let seconds = Int(components.seconds)
        return switch seconds {
        case ..<60: "\(max(0, seconds)) s"
        case ..<3600: seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds / 60) min \(seconds % 60) s"
        case ..<86400: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
        default: "\(seconds / 86400) d \(seconds % 86400 / 3600) h"
        }
    }
}
