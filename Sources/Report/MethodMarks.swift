internal import Frontier
internal import Sweep

/// How method entries are told apart: by colour and by shape, so that neither alone is needed.
///
/// Of more entries than the eye can follow only those that matter have colours: the ones on the frontier and those that
/// reach it. The rest is grey. The same entries have the same marks in all figures. The colours are Okabe and Ito's
/// colour-blind-safe set of 2008 without black and yellow, which vanish on dark and on white paper.
struct MethodMarks: Sendable {
    static let colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
    static let shapes = [
        "circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left",
    ]
    private static let grey = "rgba(140, 140, 140, 0.45)"
    /// With up to this many entries each has a colour.
    private static let limit = 8

    /// The entries that figures show, in the order of the sweep file. Those of the method `dense` are not among them: the
    /// dense networks are a line in every figure, and a mark at sparsity 0 would take half of the axis.
    let labels: [String]
    /// Those with a colour, in the same order, which is that of the legend.
    let coloured: [String]

    init(_ frontier: SweepFrontier) {
        let groups = frontier.groups.filter(\.isDrawn)
        let labels = frontier.labels.filter { label in groups.contains { $0.label == label } }
        self.labels = labels
        guard labels.count > Self.limit else {
            coloured = labels
            return
        }
        let members = Set(groups.filter(\.isOnFrontier).map(\.label))
        let reaching = Dictionary(
            groups.filter { frontier.isReached(by: $0) }.map { ($0.label, 1) }, uniquingKeysWith: +)
        let rest = labels.filter { !members.contains($0) && reaching[$0] != nil }.enumerated()
            .sorted { (-(reaching[$0.element] ?? 0), $0.offset) < (-(reaching[$1.element] ?? 0), $1.offset) }
            .prefix(max(0, Self.limit - members.count)).map(\.element)
        coloured = labels.filter { members.contains($0) || rest.contains($0) }
    }

    /// Grey things first, so that coloured ones lie on top of them.
    func ordered(_ groups: [SweepFrontier.Group]) -> [SweepFrontier.Group] {
        let isColoured = Set(coloured).contains
        return groups.filter { !isColoured($0.label) } + groups.filter { isColoured($0.label) }
    }

    /// For captions; empty where every entry has a colour.
    var note: String {
        let grey = labels.count - coloured.count
        return grey == 0
            ? ""
            : " In colour: the entries on the frontier and those whose 95 % intervals reach it most often; in grey: the other "
                + "\(grey)."
    }

    private func scale(_ range: [String], others: String) -> JSON {
        let places = Dictionary(coloured.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        return [
            "domain": .array(labels.map(JSON.string)),
            "range": .array(labels.map { .string(places[$0].map { range[$0 % range.count] } ?? others) }),
        ]
    }

    /// Under the figure, in as many columns as the longest label leaves room for in a plot of ``Chart/plotWidth``.
    private var legend: JSON {
        let longest = min(24, coloured.map(\.count).max() ?? 0)
        let columns = max(1, min(coloured.count, Chart.plotWidth / (longest * 7 + 42)))
        return [
            "orient": "bottom", "title": nil, "columns": .number(Double(columns)), "labelLimit": 170,
            "symbolOpacity": 1, "symbolLimit": 0, "values": .array(coloured.map(JSON.string)),
        ]
    }

    var color: JSON {
        ["field": "label", "type": "nominal", "scale": scale(Self.colors, others: Self.grey), "legend": legend]
    }
    var shape: JSON {
        ["field": "label", "type": "nominal", "scale": scale(Self.shapes, others: "circle"), "legend": legend]
    }
}

extension SweepFrontier.Group {
    /// Whether figures show it as a mark of its own.
    var isDrawn: Bool { method != "dense" }
}

extension SweepFrontier {
    /// Whether the interval of a point reaches the best accuracy that was measured at its sparsity or beyond.
    fileprivate func isReached(by group: Group) -> Bool {
        guard let sparsity = group.sparsity?.mean, let highest = group.accuracy?.interval?.upperBound else {
            return false
        }
        let best = groups.filter { ($0.sparsity?.mean ?? 0) > sparsity - 0.001 }.compactMap { $0.accuracy?.mean }.max()
        return highest >= best ?? 1
    }
}
