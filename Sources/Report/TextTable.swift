/// A table of words and numbers for terminals and for Markdown.
package struct TextTable: Sendable {
    /// Words stand left, numbers right.
    package enum Alignment: Sendable { case left, right }
    /// The head of a column and how its cells are set.
    package struct Column: Sendable {
        package let title: String
        package let alignment: Alignment
        package init(_ title: String, _ alignment: Alignment) {
            self.title = title
            self.alignment = alignment
        }
    }
    /// The cells of one line.
    package struct Row: Sendable {
        package let cells: [String]
        package let isEmphasised: Bool
        /// - Parameter cells: as many as there are columns.
        package init(_ cells: [String], isEmphasised: Bool = false) {
            self.cells = cells
            self.isEmphasised = isEmphasised
        }
    }

    package let columns: [Column]
    package let rows: [Row]
    /// The titles of columns that may be left out where a terminal has no room for all, the first first.
    package let spare: [String]
    /// Where such columns can be read.
    package let source: String
    package init(columns: [Column], rows: [Row], spare: [String] = [], source: String = "") {
        self.columns = columns
        self.rows = rows
        self.spare = spare
        self.source = source
    }

    /// Aligned columns under a rule.
    ///
    /// - Parameters:
    ///   - inColour: emphasised rows in bold; say no when the output is not a terminal or `NO_COLOR` is set.
    ///   - limit: what columns the terminal has. Words are wrapped within it, and numbers never: where these alone take
    ///     more, spare columns are left out and named beneath.
    package func terminal(inColour: Bool, width limit: Int? = nil) -> String {
        let (table, leftOut) = fitted(to: limit)
        let text = table.text(inColour: inColour, width: limit)
        guard !leftOut.isEmpty else { return text }
        let names = leftOut.joined(separator: ", ")
        return text + "left out for want of room: \(names); \(source) has all\n".folded(to: limit)
    }

    private func text(inColour: Bool, width limit: Int?) -> String {
        let titles = columns.map(\.title)
        let cells = rows.map { $0.cells.map(\.printable) }
        let widths = widths(within: limit)
        func line(_ cells: [String]) -> String {
            var text = ""
            for (index, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[index] - cell.count)
                text += (index > 0 ? "  " : "") + (columns[index].alignment == .left ? cell + padding : padding + cell)
            }
            while text.last == " " { text.removeLast() }
            return text
        }
        func lines(_ cells: [String]) -> String {
            let wrapped = zip(cells, widths).map { $0.wrapped(to: $1) }
            return (0..<(wrapped.map(\.count).max() ?? 0)).map { number in
                line(wrapped.map { number < $0.count ? $0[number] : "" })
            }.joined(separator: "\n")
        }
        let printable = zip(rows, cells).map { row, cells in
            let text = lines(cells)
            return inColour && row.isEmphasised ? "\u{1B}[1m\(text)\u{1B}[0m" : text
        }
        let rule = String(repeating: "─", count: widths.reduce(0, +) + 2 * max(0, widths.count - 1))
        return ([lines(titles), rule] + printable).joined(separator: "\n") + "\n"
    }

    /// A pipe table, emphasised rows in bold.
    package var markdown: String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
        let rules = columns.map { $0.alignment == .left ? ":--" : "--:" }
        return line(columns.map(\.title)) + line(rules)
            + rows.map { row in
                line(
                    row.cells.map { cell in
                        let text = cell.printable.replacing("|", with: "\\|")
                        return row.isEmphasised && !text.isEmpty ? "**\(text)**" : text
                    })
            }.joined()
    }
}
