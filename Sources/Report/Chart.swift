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

/// How method entries are told apart: by colour and by shape, so that neither alone is needed.
///
/// The colours are Okabe and Ito's colour-blind-safe set of 2008 without black and yellow, which vanish on dark and on
/// white paper. Seven colours and eight shapes give 56 different pairs.
struct MethodMarks: Sendable {
    static let colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C8C8C"]
    static let shapes = [
        "circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left",
    ]

    /// In the order of the sweep file, which is that of the legend.
    let labels: [String]

    private func scale(_ range: [String]) -> JSON {
        [
            "domain": .array(labels.map(JSON.string)),
            "range": .array(labels.indices.map { .string(range[$0 % range.count]) }),
        ]
    }

    /// Under the figure, in as many columns as the longest label leaves room for in a column of the page.
    private var legend: JSON {
        let longest = min(24, labels.map(\.count).max() ?? 0)
        let columns = max(1, min(labels.count, 430 / (longest * 7 + 42)))
        return [
            "orient": "bottom", "title": nil, "columns": .number(Double(columns)), "labelLimit": 170,
            "symbolOpacity": 1, "symbolLimit": 0,
        ]
    }

    /// Of the spread around a line: many of them on top of each other hide the lines.
    var bandOpacity: Double { labels.count > 12 ? 0.04 : 0.16 }

    var color: JSON { ["field": "label", "type": "nominal", "scale": scale(Self.colors), "legend": legend] }
    var shape: JSON { ["field": "label", "type": "nominal", "scale": scale(Self.shapes), "legend": legend] }
}
