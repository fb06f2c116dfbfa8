internal import Frontier
internal import Sweep

/// A figure as a Vega-Lite 5 specification with its data inside.
struct Chart: Sendable {
    /// File name stem and anchor.
    let name: String
    let title: String
    /// Says what the marks are; shown under the figure.
    let caption: String
    let height: Int
    /// Layers, encodings and data; no colours of paper and ink, which the page or ``standalone`` adds.
    let body: JSON

    /// Pixels that legends are laid out for; `report.js` gives them fewer columns where the page leaves less.
    static let plotWidth = 430

    /// For the page: as wide as its container; a long legend makes the figure taller, not the plot flatter.
    var embedded: JSON {
        body.merging([
            "width": "container", "height": .number(Double(height)), "description": .string("\(title). \(caption)"),
            "autosize": ["type": "fit-x", "contains": "padding"],
        ])
    }

    /// For `figures/NAME.vl.json`: complete on white, for any Vega-Lite viewer or converter.
    var standalone: JSON {
        body.merging([
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json", "title": .string(title), "width": 640,
            "height": .number(Double(height)), "description": .string(caption), "background": "white",
            "config": Chart.inkOnPaper,
        ])
    }

    private static let inkOnPaper: JSON = [
        "font": "sans-serif", "view": ["stroke": nil], "axis": ["gridColor": "#dddddd", "domainColor": "#666666"],
        "style": ["reference": ["color": "#333333"], "reference-band": ["color": "#333333"]],
        "legend": ["symbolStrokeColor": "#333333"],
    ]
}
