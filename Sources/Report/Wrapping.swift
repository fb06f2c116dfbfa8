// How text is brought to a number of columns.

extension TextTable {
    /// Without as many of the spare columns as it takes to fit; the titles of those.
    func fitted(to limit: Int?) -> (table: TextTable, leftOut: [String]) {
        var table = self
        var leftOut: [String] = []
        for title in spare {
            guard let limit, table.leastWidth > limit else { break }
            guard let column = table.columns.firstIndex(where: { $0.title == title }) else { continue }
            table = table.removing(column)
            leftOut.append(title)
        }
        return (table, leftOut)
    }

    /// The columns' widths: what the cells ask for, and within a limit as much less as needed, the widest first: down to
    /// whole words, then to parts of words of left-aligned columns, and at last those are broken anywhere.
    func widths(within limit: Int?) -> [Int] {
        var widths = widths(words: \.count, titles: \.count)
        guard let limit else { return widths }
        let room = limit - 2 * (columns.count - 1)
        for least in [self.widths(words: \.longestWord), partWidths, self.widths { min($0.count, 1) }] {
            while widths.reduce(0, +) > room,
                let column = widths.indices.filter({ widths[$0] > least[$0] }).max(by: { widths[$0] < widths[$1] })
            {
                widths[column] -= 1
            }
        }
        return widths
    }

    /// Down to what whole columns are left out for.
    private var leastWidth: Int { partWidths.reduce(0, +) + 2 * (columns.count - 1) }

    /// A part that is very long is no reason to leave out a column: it is broken.
    private var partWidths: [Int] { widths { min($0.longestPart, 16) } }

    /// What each column needs, by measures of what stands left and of the titles above numbers. Numbers need what they are
    /// long.
    private func widths(words: (String) -> Int, titles: (String) -> Int = { $0.longestWord }) -> [Int] {
        columns.indices.map { index in
            let cells = rows.map { $0.cells[index].printable }
            let title = columns[index].title
            return switch columns[index].alignment {
            case .left: ([title] + cells).map(words).max() ?? 0
            case .right: max(titles(title), cells.map(\.count).max() ?? 0)
            }
        }
    }

    private func removing(_ column: Int) -> TextTable {
        let kept = columns.indices.filter { $0 != column }
        return TextTable(
            columns: kept.map { columns[$0] },
            rows: rows.map { row in Row(kept.map { row.cells[$0] }, isEmphasised: row.isEmphasised) },
            spare: spare, source: source)
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

    /// What a break at spaces leaves.
    fileprivate var longestWord: Int { split(separator: " ").map(\.count).max() ?? 0 }

    /// What a break at spaces and after hyphens leaves.
    fileprivate var longestPart: Int { split(separator: " ").flatMap { String($0).parts }.map(\.count).max() ?? 0 }

    /// Broken after hyphens, which stay.
    private var parts: [Substring] { matches(of: /-*[^-]+-?|-+/).map(\.output) }

    /// In lines of at most so many characters, broken at spaces; a word that is longer than a line also after its hyphens,
    /// and anywhere only where it has none.
    package func wrapped(to width: Int) -> [String] {
        guard count > width, width > 0 else { return [self] }
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ", omittingEmptySubsequences: false) {
            for (index, part) in (word.count > width ? String(word).parts : [word]).enumerated() {
                let gap = line.isEmpty || index > 0 ? "" : " "
                if !line.isEmpty, line.count + gap.count + part.count > width {
                    lines.append(line)
                    line = String(part)
                } else {
                    line += gap + part
                }
                while line.count > width {
                    lines.append(String(line.prefix(width)))
                    line.removeFirst(width)
                }
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
