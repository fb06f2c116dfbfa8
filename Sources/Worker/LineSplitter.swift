/// Cuts a stream of bytes into lines, none of which may grow without bound.
struct LineSplitter: Sendable {
    enum Line: Hashable, Sendable {
        case text(String)
        /// More bytes than allowed came without a line break; what there is up to the next one is thrown away.
        case tooLong(beginning: String)
    }

    let limit: Int
    private var pending: [UInt8] = []
    private var isSkipping = false

    /// - Parameter limit: Bytes of one line.
    init(limit: Int) { self.limit = limit }

    /// The lines that became complete; empty ones are left out.
    mutating func append(_ bytes: some Sequence<UInt8>) -> [Line] {
        var lines: [Line] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if !isSkipping, !pending.isEmpty { lines.append(.text(String(decoding: pending, as: UTF8.self))) }
                pending.removeAll(keepingCapacity: true)
                isSkipping = false
            } else if !isSkipping {
                pending.append(byte)
                if pending.count > limit {
                    lines.append(.tooLong(beginning: String(decoding: pending.prefix(200), as: UTF8.self)))
                    pending.removeAll()
                    isSkipping = true
                }
            }
        }
        return lines
    }

    /// What came after the last line break.
    mutating func finish() -> [Line] {
        append([UInt8(ascii: "\n")])
    }
}

/// The last lines of an engine's stderr: the evidence when it dies.
struct StderrTail: Sendable {
    static let lines = 64
    static let lineLength = 2000

    private var splitter = LineSplitter(limit: StderrTail.lineLength)
    private(set) var kept: [String] = []

    mutating func append(_ bytes: some Sequence<UInt8>) { keep(splitter.append(bytes)) }

    /// With what came after the last line break.
    var text: String {
        var whole = self
        whole.keep(whole.splitter.finish())
        return whole.kept.joined(separator: "\n")
    }

    private mutating func keep(_ lines: [LineSplitter.Line]) {
        for line in lines {
            switch line {
            case .text(let text): kept.append(text)
            case .tooLong(let beginning): kept.append("\(beginning)...")
            }
        }
        if kept.count > Self.lines { kept.removeFirst(kept.count - Self.lines) }
    }
}
