// How text is brought to a number of columns.

extension TextTable {
    /// The columns' widths: what the cells ask for, and within a limit as much less as needed, the widest first. Words
    /// stay whole as long as that is possible.
    static func widths(of rows: [[String]], within limit: Int?) -> [Int] {
        guard let count = rows.first?.count, count > 0 else { return [] }
        func widest(_ measure: (String) -> Int) -> [Int] {
            (0..<count).map { column in rows.map { measure($0[column]) }.max() ?? 0 }
        }
        var widths = widest(\.count)
        guard let limit else { return widths }
        let words = widest { $0.split(separator: " ").map(\.count).max() ?? 0 }
        let room = limit - 2 * (count - 1)
        for least in [words, words.map { min($0, 1) }] {
            while widths.reduce(0, +) > room,
                let column = widths.indices.filter({ widths[$0] > least[$0] }).max(by: { widths[$0] < widths[$1] })
            {
                widths[column] -= 1
            }
        }
        return widths
    }
}

extension String {
    /// Without control characters: a label, or what an engine wrote, must not move the cursor or break a table.
    package var printable: String {
        String(
            map { character in
                character.unicodeScalars.contains { $0.properties.generalCategory == .control } ? "·" : character
            })
    }

    /// In lines of at most so many characters, broken at spaces and only where there are none within words.
    package func wrapped(to width: Int) -> [String] {
        guard count > width, width > 0 else { return [self] }
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ", omittingEmptySubsequences: false) {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
            while line.count > width {
                lines.append(String(line.prefix(width)))
                line.removeFirst(width)
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }

    /// Every line at most so wide; what does not fit goes on below, where the last column of the line's left half begins.
    package func folded(to width: Int?) -> String {
        guard let width else { return self }
        return split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard line.count > width else { return String(line) }
            let columns = line.prefix(width / 2).matches(of: /(^|\ ) +/).map(\.range.upperBound)
            let hang = columns.last.map { line.distance(from: line.startIndex, to: $0) } ?? 0
            let rest = String(line.dropFirst(hang)).wrapped(to: width - hang)
            let indent = String(repeating: " ", count: hang)
            return rest.enumerated().map { ($0 == 0 ? line.prefix(hang) : indent[...]) + $1 }.joined(separator: "\n")
        }.joined(separator: "\n")
    }
}
