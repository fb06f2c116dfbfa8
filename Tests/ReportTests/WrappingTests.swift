import Foundation
import Report
import Sweep
import Testing

/// Tables and paragraphs within a number of columns.
@Suite struct WrappingTests {
    private static let table = TextTable(
        columns: [.init("method", .left), .init("n", .right), .init("what it does", .left)],
        rows: [
            .init(["magnitude-global", "12", "removes the smallest weights of the whole network"]),
            .init(["random", "3", "an-unbreakable-word-that-is-longer-than-the-line-by-far"]),
        ])

    @Test(arguments: [nil, 120, 80, 60, 40, 30, 20]) func noColumnAndNoWordIsLost(width: Int?) {
        let text = Self.table.terminal(inColour: false, width: width)
        let lines = text.split(separator: "\n")
        if let width { #expect(lines.allSatisfy { $0.count <= width }) } else { #expect(lines.count == 4) }
        // Every character of every cell is there, in whatever line.
        for cell in (Self.table.rows.flatMap(\.cells) + ["method", "what it does"]) {
            for character in Set(cell) where character != " " {
                #expect(text.count { $0 == character } >= cell.count { $0 == character })
            }
        }
        #expect(text.contains("12") && text.contains("3"))
    }

    /// What the frontier of a sweep at unequal cost looks like on a narrow terminal.
    @Test(arguments: [100, 80, 70, 64]) func numbersStayWhole(width: Int) throws {
        let table = SweepFrontier(Fixture.realistic()).textTable
        let lines = table.terminal(inColour: false, width: width).components(separatedBy: "\n")
        #expect(lines.allSatisfy { $0.count <= width })
        let note = try #require(lines.firstIndex { $0.hasPrefix("left out for want of room: ") })
        let names = lines[note...].joined(separator: " ")
        #expect(names.contains("95 % interval") && names.contains("; espalier frontier --csv has all"))
        let rule = try #require(lines.firstIndex { $0.hasPrefix("─") })
        for (index, column) in table.columns.enumerated() where column.alignment == .right {
            let isLeftOut = names.contains(column.title)
            for word in column.title.split(separator: " ") where !isLeftOut {
                #expect(lines[..<rule].contains { $0.split(separator: " ").contains(word) }, "\(word)")
            }
            for row in table.rows where !isLeftOut {
                #expect(lines[rule..<note].contains { $0.contains(row.cells[index]) }, "\(row.cells[index])")
            }
        }
    }

    /// The least useful goes first, and no more than it takes.
    @Test func columnsAreLeftOutInOrder() {
        let table = TextTable(
            columns: [.init("name", .left), .init("first", .right), .init("second", .right)],
            rows: [.init(["a-b", "12345678", "12345678"])], spare: ["second", "first"], source: "the file")
        #expect(!table.terminal(inColour: false, width: 24).contains("left out"))
        #expect(
            table.terminal(inColour: false, width: 23)
                == """
                name     first
                ──────────────
                a-b   12345678
                left out for want of
                room: second; the file
                has all

                """)
        let bare = table.terminal(inColour: false, width: 10)
        #expect(bare.hasPrefix("name\n────\na-b\n") && bare.contains("second,"))
    }

    @Test func longWordsBreakAfterHyphens() {
        #expect("magnitude-global".wrapped(to: 10) == ["magnitude-", "global"])
        #expect("say --coordinator twice".wrapped(to: 13) == ["say", "--coordinator", "twice"])
        #expect("abcdefgh".wrapped(to: 3) == ["abc", "def", "gh"])
    }

    @Test func controlCharactersAreShown() {
        #expect("a\u{1B}[2Jb\rc".printable == "a·[2Jb·c")
        #expect("é – ½".printable == "é – ½")
    }

    @Test func whatFitsIsNotTouched() {
        #expect(Self.table.terminal(inColour: false, width: 200) == Self.table.terminal(inColour: false))
    }

    @Test func linesGoOnBelowTheirLastColumn() {
        let text = "  paper       Sun et al., A simple and effective approach\n  data        none"
        #expect(
            text.folded(to: 40) == """
                  paper       Sun et al., A simple and
                              effective approach
                  data        none
                """)
        #expect(text.folded(to: nil) == text)
    }

    @Test func aPlanAsATable() throws {
        let yaml = """
            name: small
            network: lenet-300-100
            dataset: digits
            seeds: 2
            training: {epochs: 4}
            sparsities: [0.5, 0.9]
            retrain: {epochs: 2}
            methods: [random, {method: nnrelief, iterations: 3, levels: {alpha: [0.95]}}]
            """
        let summary = PlanSummary(try Plan(SweepFile(yaml: yaml, fileName: "small.yaml")))
        #expect(
            summary.text(width: nil) == """
                sweep small: lenet-300-100 on digits, 2 seeds

                method    start    allocation  schedule      tasks  epochs/task  levels
                ───────────────────────────────────────────────────────────────────────────
                random    trained  global      one-shot          4            6  0.5, 0.9
                nnrelief  trained  –           3 iterations      2           10  alpha 0.95

                epochs/task: all training behind a task's network, dense training included; it differs, so compare with care

                tasks               6
                stages              8  2 train, 6 prune; 2 shared by several tasks
                  each task alone  12  sharing saves 4 stages (33 %)
                epochs             28  of training, retraining included
                  each task alone  44  sharing saves 16 epochs (36 %)

                """)
        #expect(summary.text(width: 60).split(separator: "\n").allSatisfy { $0.count <= 60 })
    }
}
