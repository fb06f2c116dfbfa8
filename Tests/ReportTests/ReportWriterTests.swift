import Files
import Foundation
import Sweep
import Testing

@testable import Report

@Suite struct ReportWriterTests {
    @Test(
        "every file is there, also of a sweep that has measured nothing yet",
        arguments: ["finished", "running", "empty"])
    func files(state: String) throws {
        let directory = try TemporaryDirectory()
        var results = Fixture.realistic(finished: state == "finished")
        if state == "empty" {
            for index in results.rows.indices { results.rows[index].evaluation = .init(state: .pending) }
            for index in results.dense.indices { results.dense[index].evaluation = .init(state: .pending) }
        }
        let paths = try ReportWriter.write(results, to: directory.url.appendingPathComponent("a/b"))
        #expect(
            paths.prefix(4).map(\.lastPathComponent) == ["report.html", "results.csv", "frontier.csv", "frontier.json"])
        #expect(paths.count == (state == "empty" ? 4 : 11))
        for path in paths { #expect(FileManager.default.fileExists(atPath: path.path)) }
        // Written again, nothing temporary is left and the bytes are the same.
        let before = try paths.map { try Data(contentsOf: $0) }
        try ReportWriter.write(results, to: directory.url.appendingPathComponent("a/b"))
        #expect(try paths.map { try Data(contentsOf: $0) } == before)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.url.path + "/a/b")
        #expect(
            Set(names) == ["report.html", "results.csv", "frontier.csv", "frontier.json", "figures", "origin.json"])

        let page = String(decoding: before[0], as: UTF8.self)
        let counts =
            switch state {
            case "finished": "75: 74 measured, 1 failed<"
            case "running": "75: 72 measured, 1 failed, 2 pending<"
            default: "75: 0 measured, 75 pending<"
            }
        let saysSo = page.contains(counts)
        #expect(saysSo)
        let isBare = page.contains("Nothing has been measured yet")
        #expect(isBare == (state == "empty"))
    }

    @Test func figuresAreVegaLiteWithTheirDataInside() throws {
        let results = Fixture.realistic()
        let charts = Chart.all(of: results, frontier: SweepFrontier(results))
        #expect(
            charts.map(\.name) == [
                "accuracy-sparsity-detail", "accuracy-sparsity", "accuracy-compression", "retraining",
                "layer-densities", "requested-sparsity", "dense-learning-curves",
            ])
        for chart in charts {
            let text = try chart.standalone.text()
            let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            #expect(document["$schema"] as? String == "https://vega.github.io/schema/vega-lite/v5.json")
            #expect(!text.contains("\"url\""))
            let layers = document["layer"] as? [[String: Any]] ?? []
            let named = layers.compactMap { ($0["data"] as? [String: Any])?["name"] as? String }
            #expect(Set(named).isSubset(of: (document["datasets"] as? [String: Any] ?? [:]).keys))
        }
    }

    @Test func frontierJSONSaysWhatTheTableSays() throws {
        let results = TablesTests.results()
        let frontier = SweepFrontier(results)
        let text = try frontier.json(of: results).text()
        let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let points = try #require(document["points"] as? [[String: Any]])
        #expect(points.count == 4)
        let accuracy = try #require(points[0]["test_accuracy"] as? [String: Any])
        #expect(accuracy["n"] as? Int == 2)
        #expect(abs(try #require(accuracy["mean"] as? Double) - 0.97) < 1e-12)
        let interval = try #require(accuracy["ci95"] as? [Double])
        #expect(abs(interval[0] - 0.842938) < 1e-6 && interval[1] == 1)
        #expect(points.map { $0["on_frontier"] as? Bool } == [true, true, false, false])
        let single = try #require(points[3]["test_accuracy"] as? [String: Any])
        #expect(single["sd"] is NSNull && single["ci95"] is NSNull)
        let dense = try #require((document["dense"] as? [String: Any])?["test_accuracy"] as? [String: Any])
        #expect(abs(try #require(dense["mean"] as? Double) - 0.975) < 1e-12)
        let area = try #require((document["hypervolume"] as? [String: Any])?["all"] as? Double)
        #expect(abs(area - (0.5 * 0.97 + 0.4 * 0.95)) < 1e-9)
        #expect((document["conventions"] as? [String: String])?["sparsity"]?.isEmpty == false)
    }

    @Test func layersAreShownAtTheCommonLevelNearestToNineTenths() throws {
        var results = Fixture.realistic()
        // Another level of a method's own, which achieved nearly the same, and one far away.
        for index in results.rows.indices where results.rows[index].task.label == "nnrelief" {
            results.rows[index].task.level = .knob(name: "alpha", value: Double(results.rows[index].task.index / 3))
        }
        for index in results.rows.indices where results.rows[index].task.label == "random" {
            results.rows[index].evaluation.outcome?.measures["sparsity"] = 0.7
        }
        let chart = try #require(Chart.layerDensities(results, SweepFrontier(results)))
        let document = try JSONSerialization.jsonObject(with: Data(chart.standalone.text().utf8)) as? [String: Any]
        let values = try #require((document?["data"] as? [String: Any])?["values"] as? [[String: Any]])
        #expect(
            Set(values.compactMap { $0["label"] as? String })
                == Set(["nnrelief", "magnitude-global", "magnitude-layer", "filter-l1"]))
        let first = values.filter { $0["layer"] as? String == "fc1.weight" }.compactMap { $0["left"] as? Double }
        // 1 - 0.9 x 1.01 of the first layer is left.
        #expect(first.count == 4 && first.allSatisfy { abs($0 - 0.091) < 1e-4 })
    }

    @Test func theChecklistSaysWhatIsMissing() throws {
        let results = Fixture.realistic()
        let demands = Checklist.demands(on: results, frontier: SweepFrontier(results))
        let controls = try #require(demands.first { $0.name.hasPrefix("Controls") })
        #expect(!controls.isMet)
        #expect(
            controls.finding
                == "random, magnitude-global, magnitude-layer; missing: dense, random-layer-matched (`controls: true` adds them)"
        )
        #expect(
            demands.filter { !$0.isMet }.map(\.name) == [
                controls.name, "At least three pairs of network and data set",
            ])
        let page = try html(results)
        let saysSo = page.contains("8 of 10 demands are met")
        #expect(saysSo)
    }

    /// Behind a point of a cascade lies all that went before.
    @Test func budgetsOfACascadeAreCumulative() throws {
        let yaml = """
            {network: lenet-300-100, dataset: digits, seeds: 1, training: {epochs: 4}, retrain: {epochs: 2},
             sparsities: [0.5, 0.9], methods: [{method: random, schedule: cascade}, snip]}
            """
        let budgets = Budget.all(of: try Plan(SweepFile(yaml: yaml, fileName: "s.yaml")))
        #expect(budgets.map(\.total) == ["6 to 8", "4"])
        #expect(budgets.map(\.own) == [2, 4])
        #expect(budgets.map(\.schedule) == ["cascade", "one-shot"])
        #expect(budgets.map(\.retraining) == ["learning-rate-rewinding", "trained from scratch"])
    }

    @Test func thePageFetchesNothing() throws {
        let page = try html(Fixture.realistic())
        let hasPolicy = page.contains("default-src 'none'")
        let hasLicense = page.contains("Redistributions in binary form must reproduce")
        let loads = page.contains("<script src") || page.contains("<link")
        let attributes = try Regex("(src|href|action|data|poster|srcset)\\s*=\\s*[\"']?\\s*(https?:)?//")
        let imports = try Regex("(@import|url\\()\\s*[\"']?\\s*(https?:)?//")
        let markup = page.components(separatedBy: "<script type=\"module\">")[0]
        let fetches = markup.firstMatch(of: attributes) != nil || markup.firstMatch(of: imports) != nil
        #expect(hasPolicy && hasLicense && !loads && !fetches)
    }

    @Test(
        "no text of the user's is read as markup",
        arguments: ["</script><img src=x onerror=alert(1)>", "\" onload=\"x"])
    func injection(hostile: String) throws {
        var results = Fixture.small(name: hostile, label: hostile)
        results.id = hostile
        results.state = hostile
        results.yaml = hostile
        results.plan.network = hostile
        results.plan.dataset = hostile
        results.plan.engine = [hostile]
        for index in results.plan.stages.indices {
            results.plan.stages[index].stage.engine = OwnEngine(command: [hostile], version: hostile)
        }
        results.rows[7].evaluation.note = hostile
        results.rows[7].evaluation.worker = hostile
        results.rows[0].evaluation.outcome?.environment = hostile
        results.rows[0].task.method = hostile
        let page = try html(results)
        let tame = try html(Fixture.small())
        // As values of their own: a failure must not print a page of a megabyte.
        let isRaw = page.contains(hostile)
        #expect(!isRaw)
        for tag in ["<script", "</script", "<img", " onload=\"", "<style"] {
            let (found, expected) = (page.components(separatedBy: tag).count, tame.components(separatedBy: tag).count)
            #expect(found == expected, "\(tag)")
        }
    }

    @Test func interpolatedTextIsEscapedAndMarkupIsNot() {
        let inner: HTML = "<b>\("a<b")</b>"
        #expect(("\(inner)\("\"'&")\([inner])" as HTML).source == "<b>a&lt;b</b>&quot;&#39;&amp;<b>a&lt;b</b>")
    }

    @Test func aFileInTheWayIsNamedWithARemedy() throws {
        let directory = try TemporaryDirectory()
        let file = directory.url.appendingPathComponent("file")
        try Data().write(to: file)
        let error = try #require(throws: FileError.self) {
            try ReportWriter.write(Fixture.small(), to: file.appendingPathComponent("report"))
        }
        #expect(
            error.description
                == "cannot create '\(file.path)/report/figures': Not a directory; a file is in the way: choose another directory"
        )
    }

    private func html(_ results: SweepResults) throws -> String {
        let frontier = SweepFrontier(results)
        return try ReportPage(results: results, frontier: frontier, charts: Chart.all(of: results, frontier: frontier))
            .html(with: .load())
    }
}
