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
    package init(columns: [Column], rows: [Row]) {
        self.columns = columns
        self.rows = rows
    }

    /// Aligned columns under a rule.
    ///
    /// - Parameter inColour: emphasised rows in bold; say no when the output is not a terminal or `NO_COLOR` is set.
    package func terminal(inColour: Bool) -> String {
        let widths = columns.indices.map { index in
            max(columns[index].title.count, rows.map { $0.cells[index].count }.max() ?? 0)
        }
        func line(_ cells: [String]) -> String {
            var text = ""
            for (index, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[index] - cell.count)
                text += (index > 0 ? "  " : "") + (columns[index].alignment == .left ? cell + padding : padding + cell)
            }
            while text.last == " " { text.removeLast() }
            return text
        }
        let printable = rows.map { row in
            let text = line(row.cells.map(Self.printable))
            return inColour && row.isEmphasised ? "\u{1B}[1m\(text)\u{1B}[0m" : text
        }
        let rule = String(repeating: "─", count: widths.reduce(0, +) + 2 * max(0, widths.count - 1))
        return ([line(columns.map(\.title)), rule] + printable).joined(separator: "\n") + "\n"
    }

    /// A pipe table, emphasised rows in bold.
    package var markdown: String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
        let rules = columns.map { $0.alignment == .left ? ":--" : "--:" }
        return line(columns.map(\.title)) + line(rules)
            + rows.map { row in
                line(
                    row.cells.map { cell in
                        let text = Self.printable(cell).replacing("|", with: "\\|")
                        return row.isEmphasised && !text.isEmpty ? "**\(text)**" : text
                    })
            }.joined()
    }

    /// A user's label must not move the cursor or break the table.
    private static func printable(_ cell: String) -> String {
        String(
            cell.map { character in
                character.unicodeScalars.contains { $0.properties.generalCategory == .control } ? "·" : character
            })
    }
}
