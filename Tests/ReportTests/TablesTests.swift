import Foundation
import Frontier
import Sweep
import Testing

@testable import Report

@Suite struct TablesTests {
    /// The small sweep with accuracies that are easily checked by hand; the fourth random task failed.
    static func results() -> SweepResults {
        var results = Fixture.small()
        for (index, accuracy) in [0.98, 0.97].enumerated() {
            results.dense[index].evaluation.outcome?.measures["test_accuracy"] = accuracy
        }
        for (index, accuracy) in [0.98, 0.96, 0.95, 0.95, 0.90, 0.92, 0.50].enumerated() {
            results.rows[index].evaluation.outcome?.measures["test_accuracy"] = accuracy
            results.rows[index].evaluation.outcome?.measures["test_top5_accuracy"] = 0.99
        }
        return results
    }

    /// Of 0.98 and 0.96: sd 0.02 / sqrt 2, margin 12.706205 * 0.01. Of the differences 0 and -0.01: 12.706205 * 0.005.
    @Test func frontierCSVIsWhatHandsCompute() {
        let header =
            "label,method,level_kind,level,n_ok,n_collapsed,n_infeasible,n_diverged,n_failed,n_pending,n,sparsity_mean,"
            + "compression_ratio_mean,accuracy_mean,accuracy_sd,accuracy_ci95_low,accuracy_ci95_high,difference_mean,"
            + "difference_ci95_low,difference_ci95_high,parameters_nonzero_mean,macs_nonzero_mean,"
            + "theoretical_speedup_mean,physical_speedup_mean,stored_bytes_mean,top5_accuracy_mean,total_epochs,on_frontier\r\n"
        let global = "magnitude-global,magnitude-global,sparsity"
        let rows = [
            "\(global),0.5,2,0,0,0,0,0,2,0.500000,1.996929,0.970000,0.014142,0.842938,1.000000,-0.005000,-0.068531,"
                + "0.058531,133510.000000,133100.000000,2.000000,1.000000,,0.990000,24,yes",
            "\(global),0.9,2,0,0,0,0,0,2,0.900000,9.863485,0.950000,0.000000,,,-0.025000,-0.088531,"
                + "0.038531,27030.000000,26620.000000,10.000000,1.000000,,0.990000,24,yes",
            "random,random,sparsity,0.5,2,0,0,0,0,0,2,0.500000,1.996929,0.910000,0.014142,0.782938,1.000000,-0.065000,"
                + "-0.255593,0.125593,133510.000000,133100.000000,2.000000,1.000000,,0.990000,24,no",
            "random,random,sparsity,0.9,1,0,0,0,1,0,1,0.900000,9.863485,0.500000,,,,-0.480000,,,27030.000000,"
                + "26620.000000,10.000000,1.000000,,0.990000,24,no",
        ]
        #expect(SweepFrontier(Self.results()).csv == header + rows.map { $0 + "\r\n" }.joined())
    }

    @Test func frontierCSVKnowsOnlyWhatWasMeasured() throws {
        let one = Self.results()
        var other = Self.results()
        other.id = "s-0002"
        other.submittedAt += 1000
        other.finishedAt += 5000
        other.rows.shuffle()
        for index in other.rows.indices {
            other.rows[index].evaluation.worker = "elsewhere"
            other.rows[index].evaluation.outcome?.seconds *= 3
            other.rows[index].evaluation.outcome?.environment = "another machine"
        }
        #expect(SweepFrontier(one).csv == SweepFrontier(other).csv)
        let first = try #require(other.rows.firstIndex { $0.task.index == 0 })
        other.rows[first].evaluation.outcome?.measures["test_accuracy"] = 0.123
        #expect(SweepFrontier(one).csv != SweepFrontier(other).csv)
    }

    @Test func resultsCSVHasARowForEachNetworkAndTask() throws {
        var results = Self.results()
        results.rows[0].evaluation.outcome?.measures["my_measure"] = 1.5
        results.rows[7].evaluation.note = "said \"no\",\r\nthen left"
        let lines = results.csv.components(separatedBy: "\r\n")
        let columns = lines[0].components(separatedBy: ",")
        #expect(
            columns == [
                "kind", "task", "method", "label", "level_kind", "level", "requested_sparsity", "seed", "state",
                "status", "note", "stage", "dense_stage", "checkpoint", "worker", "seconds", "environment",
            ] + Measure.allCases.map(\.rawValue) + [
                "sparsity_prunable", "compression_ratio_all", "compression_ratio_stored", "theoretical_speedup",
                "physical_speedup", "my_measure",
            ])
        let dense = Fixture.key("dense 1").hex
        let environment = "\"Intel Xeon, 2 cores, libtorch 2.13.0, 1 thread\""
        #expect(
            lines[1].hasPrefix(
                "dense,,,,,,,1,measured,ok,,\(dense),\(dense),\(Fixture.key("checkpoint 0.0 1").hex),node2,34.5,"
                    + "\(environment),0.98,"))
        #expect(
            lines[3].hasPrefix(
                "task,0,magnitude-global,magnitude-global,sparsity,0.5,0.5,1,measured,ok,,"
                    + "\(Fixture.key("magnitude-global 0.5 1").hex),\(dense),\(Fixture.key("checkpoint 0.5 1").hex),node2,"
                    + "34.5,\(environment),0.98,"))
        #expect(
            lines[3].hasSuffix(",12,,5064,,,,0.5,1.9969290689835968,1,2,1,1.5"))
        // RFC 4180: the note keeps its line break inside quotes, its quotes doubled.
        #expect(lines[10].hasSuffix(",failed,,\"said \"\"no\"\","))
        #expect(lines[11].hasPrefix("then left\","))
        #expect(lines.count == 1 + 2 + 8 + 1 + 1)
    }

    @Test func onlyReplicatesOfThePointEnterItsMean() throws {
        var results = Self.results()
        results.rows[0].evaluation.outcome?.status = .infeasible
        results.rows[2].evaluation.outcome?.status = .collapsed
        results.rows[4].evaluation.state = .pending
        results.rows[5].evaluation.outcome?.measures["test_accuracy"] = .nan
        let groups = SweepFrontier(results).groups
        #expect(groups[0].accuracy?.count == 1 && groups[0].count(.infeasible) == 1)
        #expect(groups[1].accuracy?.count == 2 && groups[1].count(.collapsed) == 1)
        #expect(groups[2].accuracy == nil && !groups[2].isOnFrontier)
        #expect(groups[2].count(.pending) == 1 && groups[2].taskCount == 2)
    }

    @Test func differencesPairByDenseNetwork() throws {
        var results = Self.results()
        // Both tasks of the first group start from the second network.
        results.rows[0].dense = Fixture.key("dense 2")
        #expect(abs(try #require(SweepFrontier(results).groups[0].difference).mean - 0) < 1e-12)
        results.dense = []
        #expect(SweepFrontier(results).groups[0].difference == nil && SweepFrontier(results).dense == nil)
    }

    /// Where a method makes the network smaller, hardware's speed-up stands beside the one on paper.
    @Test func physicalSpeedUpsHaveAColumnWhereNetworksShrink() throws {
        let frontier = SweepFrontier(Fixture.realistic())
        #expect(frontier.hasStructured && !SweepFrontier(Self.results()).hasStructured)
        let shrunk = try #require(frontier.groups.first { $0.label == "filter-l1" && $0.level == .sparsity(0.9) })
        #expect(shrunk.isStructured)
        #expect(abs(try #require(shrunk.physicalSpeedup).mean - 10) < 0.01)
        #expect(abs(try #require(shrunk.theoreticalSpeedup).mean - 10) < 0.01)
        let masked = try #require(frontier.groups.first { $0.label == "random" && $0.level == .sparsity(0.9) })
        #expect(masked.physicalSpeedup?.mean == 1)
        let lines = frontier.textTable.terminal(inColour: false).components(separatedBy: "\n")
        #expect(lines[0].contains("physical speed-up"))
        #expect(
            frontier.terminalText(inColour: false).hasSuffix(
                "\nThe physical speed-up is macs_dense / macs_structured, not a measured time."))
        #expect(lines.contains { $0.hasPrefix("filter-l1") && $0.contains("90 %") && $0.contains("10.0×") })
    }

    @Test func textTables() {
        let table = SweepFrontier(Self.results()).textTable
        let terminal = table.terminal(inColour: false).components(separatedBy: "\n")
        #expect(
            terminal[3]
                == "magnitude-global   50 %   50.00 %        2.00×  97.00 ± 1.41 %  [84.29, 100.00]    −0.50       2  ●"
        )
        #expect(
            terminal[6]
                == "random             90 %   90.00 %        9.86×         50.00 %                –   −48.00  1 of 2")
        #expect(Set(terminal[1]) == ["─"])
        #expect(!table.terminal(inColour: false).contains("\u{1B}"))
        #expect(table.terminal(inColour: true).contains("\u{1B}[1mmagnitude-global"))
        let markdown = table.markdown.components(separatedBy: "\n")
        #expect(markdown[1] == "| :-- | --: | --: | --: | --: | --: | --: | --: | :-- |")
        #expect(markdown[3].hasPrefix("| **magnitude-global** | **50 %** | **50.00 %** |"))
        #expect(markdown[6] == "| random | 90 % | 90.00 % | 9.86× | 50.00 % | – | −48.00 | 1 of 2 |  |")
    }

    /// Where budgets differ every table says so, and how many epochs lie behind each point.
    @Test func unequalBudgetsAreNamed() throws {
        let yaml = """
            {network: lenet-300-100, dataset: digits, seeds: 1, training: {epochs: 4}, retrain: {epochs: 2},
             sparsities: [0.5, 0.9], methods: [{method: random, schedule: cascade}, snip]}
            """
        var results = Fixture.small()
        results.plan = try Plan(SweepFile(yaml: yaml, fileName: "s.yaml"))
        results.rows = results.plan.tasks.map { task in
            .init(task: task, dense: task.stages[0], evaluation: results.rows[0].evaluation)
        }
        let evaluation = results.dense[0].evaluation
        results.dense = [.init(seed: 0, stage: results.rows[0].dense, evaluation: evaluation)]
        let frontier = SweepFrontier(results)
        #expect(frontier.groups.map(\.epochs) == [6, 8, 4, 4] && frontier.denseEpochs == 4)
        let remark = "Training budgets differ: behind the points lie 4 to 8 epochs, those of their parents included."
        for text in [frontier.terminalText(inColour: false), frontier.markdownText] {
            #expect(text.contains(remark))
            #expect(text.contains(" epochs "))
        }
        let rows = frontier.textTable.rows.map { $0.cells[2] }
        #expect(rows == ["4", "6", "8", "4", "4"])
        let lines = frontier.csv.components(separatedBy: "\r\n")
        #expect(lines[0].hasSuffix(",total_epochs,on_frontier"))
        #expect(lines[1...4].map { $0.components(separatedBy: ",").suffix(2).first } == ["6", "8", "4", "4"])
        let page = try ReportPage(results: results, frontier: frontier, charts: []).html(with: .load())
        let isNamed = page.contains(remark) && page.contains("Epochs in all</th></tr></thead>")
        #expect(isNamed)
        // Equal budgets need no column.
        let equal = SweepFrontier(Self.results())
        #expect(equal.hasEqualBudgets && !equal.terminalText(inColour: false).contains("epochs"))
    }

    static let formulas = [
        "=HYPERLINK(\"http://x\",\"ok\")", "=1+1", "+1+1", "-1-1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\r\n=1",
        "=", "-", "--1",
        "-1e5e5", "+0x10", "-inf", "-nan", "=cmd|' /C calc'!A0",
    ]

    @Test("no text is a formula to a spreadsheet, wherever an engine or a user can put it", arguments: formulas)
    func formulasInCSV(text: String) throws {
        var results = Fixture.small(label: text)
        results.rows[0].task.method = text
        results.rows[1].task.level = .knob(name: text, value: -1)
        results.rows[1].evaluation.worker = text
        results.rows[2].evaluation.outcome?.measures[text] = -3.5e-7
        results.rows[2].evaluation.outcome?.note = text
        results.rows[3].evaluation.outcome?.environment = text
        results.rows[7].evaluation.note = text
        results.dense[0].evaluation.outcome?.artifacts[0].sha256 = text
        for csv in [results.csv, SweepFrontier(results).csv] {
            let cells = Self.cells(csv)
            let started = cells.filter { "=+-@\t\r\n".unicodeScalars.contains($0.unicodeScalars.first ?? "x") }
            // What begins so is a number.
            #expect(started.allSatisfy { $0.wholeMatch(of: /[-+]?[0-9.]+(e[-+]?[0-9]+)?/) != nil }, "\(started)")
            #expect(cells.contains("'" + text))
        }
        #expect(Self.cells(results.csv).contains("-3.5e-07"))
    }

    /// Fields as an RFC 4180 reader has them.
    private static func cells(_ csv: String) -> [String] {
        var cells: [String] = []
        var cell = String.UnicodeScalarView()
        var isQuoted = false
        var previous: Unicode.Scalar?
        for scalar in csv.unicodeScalars {
            switch scalar {
            case "\"":
                if !isQuoted, previous == "\"" { cell.append("\"") }
                isQuoted.toggle()
            case ",", "\r", "\n":
                if isQuoted {
                    cell.append(scalar)
                } else if scalar != "\n" {
                    cells.append(String(cell))
                    cell = .init()
                }
            default: cell.append(scalar)
            }
            previous = scalar
        }
        return cells
    }

    @Test func labelsCannotSteerTheTerminalOrBreakMarkdown() {
        let table = SweepFrontier(Fixture.small(label: "a|b\u{1B}[2J\n")).textTable
        #expect(table.terminal(inColour: false).contains("a|b·[2J·"))
        #expect(table.markdown.contains("a\\|b·[2J·"))
    }
}
