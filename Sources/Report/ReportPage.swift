internal import Foundation
internal import Frontier
internal import Sweep

/// `report.html`: one file that needs no network, no server and no other file.
struct ReportPage {
    let results: SweepResults
    let frontier: SweepFrontier
    let charts: [Chart]

    /// The package's resource folder does not lie beside the executable.
    struct MissingResource: Error, CustomStringConvertible {
        let path: String
        var description: String {
            "cannot read '\(path)'; install espalier together with the .resources folders that lie beside it in the build"
        }
    }

    /// What the page carries inside itself.
    struct Resources {
        let style: String
        let script: String
        let vega: String
        let vegaLicense: String

        /// Reads them from the package's resource folder.
        static func load() throws(MissingResource) -> Resources {
            func text(_ name: String) throws(MissingResource) -> String {
                let url = Bundle.module.bundleURL.appendingPathComponent("Resources/\(name)")
                guard let data = FileManager.default.contents(atPath: url.path) else {
                    throw MissingResource(path: url.path)
                }
                return String(decoding: data, as: UTF8.self)
            }
            return Resources(
                style: try text("report.css"), script: try text("report.js"), vega: try text("vega-bundle.js"),
                vegaLicense: try text("vega-LICENSE.txt"))
        }
    }

    func html(with resources: Resources) throws -> String {
        let specifications = JSON.object(
            Dictionary(charts.map { ($0.name, $0.embedded) }, uniquingKeysWith: { first, _ in first }))
        // Whatever ran here, the policy lets nothing be fetched or sent.
        let page: HTML = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; \
            style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="generator" content="Espalier">
            <title>\(results.plan.name) – Espalier report</title>
            <style>
            \(HTML(trusted: resources.style))
            </style>
            </head>
            <body>
            <main>
            \(header)
            \(figures)
            \(frontierTable)
            \(budgetTable)
            \(checklist)
            \(exceptions)
            \(notes)
            <section>
            <h2 id="sweep-file">Sweep file</h2>
            <details><summary>As it was submitted</summary><pre>\(results.yaml)</pre></details>
            </section>
            <footer>
            <p>Written by Espalier. The numbers behind the figures lie beside this page in <code>results.csv</code> (one row per \
            task), <code>frontier.csv</code> and <code>frontier.json</code>, the figures in <code>figures/</code>. Colours: Okabe \
            and Ito’s colour-blind-safe set; methods differ in shape as well.</p>
            <details><summary>Licence of the drawing library inside this page</summary><pre>\(resources.vegaLicense)</pre></details>
            </footer>
            </main>
            <script type="application/json" id="charts">\(try HTML.data(specifications))</script>
            <script type="module">
            \(HTML(trusted: resources.vega))
            </script>
            <script type="module">
            \(HTML(trusted: resources.script))
            </script>
            </body>
            </html>

            """
        return page.source
    }

    // MARK: - Header

    private var header: HTML {
        let plan = results.plan
        return """
            <header>
            <h1>\(plan.name)</h1>
            <p class="lead">Pruning \(plan.network) on \(plan.dataset) <span class="state \(results.state)">\(results.state)</span></p>
            \(answer)
            <dl class="facts">
            \(facts.map { "<div\($0.isWide ? " class=\"wide\"" : "" as HTML)><dt>\($0.name)</dt><dd>\($0.value)</dd></div>\n" as HTML })
            </dl>
            </header>
            """
    }

    private struct Fact {
        let name: String
        let value: String
        var isWide = false
    }

    private var facts: [Fact] {
        let evaluations = results.dense.map(\.evaluation) + results.rows.map(\.evaluation)
        let seconds = evaluations.compactMap { $0.outcome?.seconds }.reduce(0, +)
        let workers = Set(evaluations.map(\.worker)).subtracting([""]).sorted()
        let environments = Set(evaluations.compactMap { $0.outcome?.environment }).subtracting([""]).sorted()
        var facts = [
            Fact(name: "Tasks", value: progress),
            Fact(
                name: "Dense test accuracy",
                value: frontier.dense.map {
                    "\(NumberText.percent($0)), \($0.count) \($0.count == 1 ? "seed" : "seeds"), 95 % interval \(NumberText.interval($0))"
                } ?? "not measured yet"),
            Fact(
                name: "Wall time",
                value: results.finishedAt > 0
                    ? NumberText.duration(results.finishedAt - results.submittedAt) : "not finished"),
            Fact(name: "Engine time, reused stages included", value: NumberText.duration(seconds)),
            Fact(name: "Test set", value: "read once, after the last epoch"),
            Fact(name: "Sweep", value: results.id),
            Fact(name: "Workers", value: workers.isEmpty ? "none yet" : workers.joined(separator: ", ")),
            Fact(
                name: environments.count > 1 ? "Environments" : "Environment",
                value: environments.isEmpty ? "not known yet" : environments.joined(separator: "; "), isWide: true),
        ]
        if let dense = results.plan.stages.first(where: { $0.stage.kind == .train })?.stage {
            facts.append(Fact(name: "Dense training", value: Recipe.text(dense), isWide: true))
        }
        if let engine = results.plan.stages.first?.stage.engine {
            facts.append(Fact(name: "Engine of the user’s own", value: engine.description, isWide: true))
        }
        return facts
    }

    /// "60: 57 measured, 2 failed, 1 pending".
    private var progress: String {
        let fates = results.rows.map(\.evaluation.fate)
        let failed = fates.count { $0 == .failed }
        let pending = fates.count { $0 == .pending }
        let parts = [(fates.count - failed - pending, "measured"), (failed, "failed"), (pending, "pending")]
        return "\(fates.count): "
            + parts.filter { $0.0 > 0 || $0.1 == "measured" }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    // MARK: - Figures

    private var figures: HTML {
        guard !charts.isEmpty else {
            return "<section><h2>Figures</h2><p>Nothing has been measured yet.</p></section>"
        }
        return """
            <section aria-labelledby="figures">
            <h2 id="figures">Figures</h2>
            <noscript><p>The figures are drawn by a script inside this page; the table below has their numbers.</p></noscript>
            <div class="figures">
            \(charts.map { chart -> HTML in """
            <figure aria-labelledby="title-\(chart.name)">
            <h3 id="title-\(chart.name)">\(chart.title)</h3>
            <div class="canvas" id="figure-\(chart.name)"></div>
            <figcaption>\(chart.caption)</figcaption>
            </figure>

            """ })
            </div>
            </section>
            """
    }

    private var notes: HTML {
        func list(_ definitions: [Conventions.Definition]) -> HTML {
            "<dl>\(definitions.map { "<dt>\($0.name.capitalizedFirst)</dt><dd>\($0.text)</dd>\n" as HTML })</dl>"
        }
        let asked: HTML =
            results.plan.engine.isEmpty
            ? "" : "<p>Measured by an engine of the user’s own: these are the conventions it was asked to follow.</p>"
        return """
            <section>
            <h2 id="conventions">What the numbers mean</h2>
            \(asked)<div class="notes">
            \(list(Conventions.counting))
            \(list(Conventions.statistics))
            </div>
            </section>
            """
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
