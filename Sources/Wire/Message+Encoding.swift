package import SwiftProtobuf

/// The two forms in which messages travel: a binary frame on sockets, a line of JSON on an engine's pipes and on disk.
extension Message {
    /// The message as one frame.
    package var frame: [UInt8] {
        get throws { try serializedBytes() }
    }

    /// Reads a frame; throws on anything that is not this message. Unknown fields are kept out of the way.
    package init(frame: [UInt8]) throws {
        try self.init(serializedBytes: frame)
    }

    /// The message in protobuf's JSON mapping, without line breaks; equal messages give equal lines.
    package var line: String {
        get throws {
            var options = JSONEncodingOptions()
            options.useDeterministicOrdering = true
            return try jsonString(options: options)
        }
    }

    /// Reads one line of JSON; throws on anything that is not this message. Unknown fields are ignored.
    package init(line: String) throws {
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        try self.init(jsonString: line, options: options)
    }
}
