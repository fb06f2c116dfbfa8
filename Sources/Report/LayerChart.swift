internal import Frontier
internal import Sweep

extension Chart {
    /// Share of each layer's weights that is left, by method, at the level that most methods have near nine tenths.
    static func layerDensities(_ results: SweepResults, _ frontier: SweepFrontier) -> Chart? {
        guard let level = commonLevel(frontier) else { return nil }
        let rows = Dictionary(grouping: results.rows.filter { $0.evaluation.fate.entersMeans }) { $0.task.label }
        var order: [String] = []
        let values: [JSON] = frontier.labels.flatMap { label -> [JSON] in
            let groups = frontier.groups.filter { $0.label == label && $0.sparsity != nil }
            let nearest = groups.min { distance($0, level) < distance($1, level) }
            guard let nearest, distance(nearest, level) <= 0.05 else { return [] }
            let layers = (rows[label] ?? []).filter { $0.task.level == nearest.level }
                .flatMap { $0.evaluation.outcome?.layers ?? [] }.filter { $0.total > 0 && $0.nonzero <= $0.total }
            var shares: [String: [Double]] = [:]
            for layer in layers {
                if !order.contains(layer.parameter) { order.append(layer.parameter) }
                shares[layer.parameter, default: []].append(Double(layer.nonzero) / Double(layer.total))
            }
            return shares.sorted { $0.key < $1.key }.map { parameter, shares in
                let mean = shares.reduce(0, +) / Double(shares.count)
                return [
                    "label": .string(label), "layer": .string(parameter), "left": JSON(mean),
                    "leftText": .string(NumberText.percent(mean)), "level": .string(NumberText.level(nearest.level)),
                    "n": .number(Double(shares.count)),
                ]
            }
        }
        guard !values.isEmpty, !order.isEmpty else { return nil }
        let methods = frontier.labels.count
        return Chart(
            name: "layer-densities", title: "What is left of each layer",
            caption:
                "Mean over seeds at \(NumberText.percent(level, decimals: 0)) sparsity, or the nearest achieved within five "
                + "points. Layers in the order of the network; the colour scale is logarithmic.",
            height: min(900, 100 + 22 * methods),
            body: [
                "data": ["values": .array(values)],
                "mark": ["type": "rect"],
                "encoding": [
                    "x": [
                        "field": "layer", "type": "ordinal", "sort": .array(order.map(JSON.string)),
                        "axis": ["title": "layer", "labelAngle": order.count > 6 ? -60 : 0, "labelLimit": 140],
                    ],
                    "y": [
                        "field": "label", "type": "ordinal", "sort": .array(frontier.labels.map(JSON.string)),
                        "axis": ["title": nil, "labelLimit": 170, "labelOverlap": false],
                    ],
                    "color": [
                        "field": "left", "type": "quantitative",
                        "scale": ["type": "log", "domain": [0.001, 1], "clamp": true, "scheme": "viridis"],
                        "legend": [
                            "title": "weights left", "orient": "top", "values": [0.001, 0.01, 0.1, 1],
                            "labelExpr": "format(datum.value * 100, '.5~r') + '\u{202F}%'", "gradientLength": 185,
                        ],
                    ],
                    "tooltip": [
                        ["field": "label", "title": "method"], ["field": "layer"],
                        ["field": "leftText", "title": "left"],
                        ["field": "level"], ["field": "n", "title": "seeds"],
                    ],
                ],
            ])
    }

    private static func distance(_ group: SweepFrontier.Group, _ level: Double) -> Double {
        abs((group.sparsity?.mean ?? 0) - level)
    }

    /// The requested sparsity that most methods were measured at; of equals the one nearest to 0.9.
    private static func commonLevel(_ frontier: SweepFrontier) -> Double? {
        let requested = frontier.groups.filter { $0.sparsity != nil }.compactMap(\.level.sparsity).filter { $0 > 0 }
        let counts = Dictionary(requested.map { ($0, 1) }, uniquingKeysWith: +)
        return counts.max { a, b in
            a.value != b.value ? a.value < b.value : abs(a.key - 0.9) > abs(b.key - 0.9)
        }?.key
    }
}
