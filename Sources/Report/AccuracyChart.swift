internal import Foundation
internal import Frontier
internal import Sweep

/// Accuracy against how much smaller the network became: lines of means, bands, seeds, baseline and frontier.
struct AccuracyChart {
    /// What the horizontal axis shows.
    enum Reduction: String {
        case sparsity
        case compression

        var measure: Measure { self == .sparsity ? .sparsity : .compressionRatio }

        func summary(_ group: SweepFrontier.Group) -> Summary? {
            self == .sparsity ? group.sparsity : group.compression
        }
    }

    let frontier: SweepFrontier
    let results: SweepResults
    let reduction: Reduction
    /// Shows accuracies from here up; everything where `nil`.
    var floor: Double?

    /// `nil` before anything was measured.
    var body: JSON? {
        let marks = MethodMarks(frontier)
        let means = marks.ordered(
            frontier.groups.filter { $0.isDrawn && reduction.summary($0) != nil && $0.accuracy != nil })
        guard !means.isEmpty else { return nil }
        let seeds = results.rows.filter { row in
            marks.coloured.contains(row.task.label) && row.evaluation.fate != .infeasible
                && row.evaluation[reduction.measure] != nil && row.evaluation[.testAccuracy] != nil
        }
        let x = horizontal(
            seeds.compactMap { $0.evaluation[reduction.measure] } + means.compactMap { reduction.summary($0)?.mean })
        let y = vertical(means: means, seeds: seeds)
        // Lines of one legend; methods whose network itself becomes smaller are dashed where there are any.
        let line: JSON = [
            "domain": ["dense network", "frontier", "weights removed", "network made smaller"],
            "range": [[1, 0], [4, 3], [1, 0], [9, 4]],
        ]
        let lines: JSON =
            frontier.hasStructured
            ? ["dense network", "frontier", "network made smaller"] : ["dense network", "frontier"]
        let legend: JSON = [
            "orient": "top", "title": nil, "values": lines, "columns": 3,
        ]
        func stroke(_ name: String) -> JSON {
            ["datum": .string(name), "type": "nominal", "scale": line, "legend": legend]
        }
        let structure: JSON = ["field": "structure", "type": "nominal", "scale": line, "legend": legend]
        let tooltip: JSON = .array(
            [
                ("label", "method"), ("level", "level"), ("sparsityText", "sparsity"),
                ("compressionText", "compression"),
                ("accuracyText", "test accuracy"), ("interval", "95 % interval"), ("n", "seeds"),
            ].map { ["field": .string($0.0), "title": .string($0.1), "type": "nominal"] })
        return [
            "datasets": [
                "means": .array(means.map { datum($0, isColoured: marks.coloured.contains($0.label)) }),
                "seeds": .array(seeds.map(datum)),
                "dense": .array(denseBand), "frontier": .array(steps(means, from: x.domain.lowerBound)),
            ],
            "layer": [
                [
                    "data": ["name": "dense"],
                    "mark": ["type": "rect", "style": "reference-band", "opacity": 0.1, "clip": true],
                    "encoding": ["y": y.merging(["field": "low"]), "y2": ["field": "high"]],
                ],
                [
                    "data": ["name": "dense"], "mark": ["type": "rule", "style": "reference", "clip": true],
                    "encoding": ["y": y, "strokeDash": stroke("dense network")],
                ],
                [
                    "data": ["name": "means"], "transform": [["filter": "datum.isColoured"]],
                    "mark": ["type": "area", "opacity": 0.13, "clip": true],
                    "encoding": [
                        "x": x.encoding, "y": y.merging(["field": "low"]), "y2": ["field": "high"],
                        "color": marks.color,
                    ],
                ],
                [
                    "data": ["name": "means"], "mark": ["type": "line", "strokeWidth": 2, "clip": true],
                    "encoding": ["x": x.encoding, "y": y, "color": marks.color, "strokeDash": structure],
                ],
                [
                    "data": ["name": "frontier"],
                    "mark": ["type": "line", "style": "reference", "strokeWidth": 1.25, "clip": true],
                    "encoding": [
                        "x": x.encoding, "y": y, "order": ["field": "order"], "strokeDash": stroke("frontier"),
                    ],
                ],
                [
                    "data": ["name": "seeds"],
                    "mark": ["type": "point", "filled": true, "opacity": 0.45, "size": 22, "clip": true],
                    "encoding": ["x": x.encoding, "y": y, "color": marks.color, "shape": marks.shape],
                ],
                [
                    "data": ["name": "means"],
                    "mark": ["type": "point", "filled": true, "opacity": 1, "clip": .bool(floor != nil)],
                    "encoding": [
                        "size": ["condition": ["test": "datum.isColoured", "value": 70], "value": 16],
                        "x": x.encoding, "y": y, "color": marks.color, "shape": marks.shape, "tooltip": tooltip,
                    ],
                ],
            ],
        ]
    }

    // MARK: - Data

    private func datum(_ group: SweepFrontier.Group, isColoured: Bool) -> JSON {
        let band = group.accuracy.flatMap(Self.band(of:))
        return [
            "label": .string(group.label), "isColoured": .bool(isColoured),
            "level": .string(NumberText.level(group.level)),
            "structure": group.isStructured ? "network made smaller" : "weights removed",
            "x": JSON(reduction.summary(group)?.mean), "accuracy": JSON(group.accuracy?.mean),
            "low": JSON(band?.lowerBound), "high": JSON(band?.upperBound),
            "sparsityText": .string(group.sparsity.map { NumberText.percent($0.mean) } ?? ""),
            "compressionText": .string(group.compression.map { NumberText.ratio($0.mean) } ?? ""),
            "accuracyText": .string(group.accuracy.map(NumberText.percent) ?? ""),
            "interval": .string(NumberText.interval(group.accuracy)), "n": .string(group.countText),
        ]
    }

    private func datum(_ row: SweepResults.Row) -> JSON {
        [
            "label": .string(row.task.label), "seed": .number(Double(row.task.seed)),
            "x": JSON(row.evaluation[reduction.measure]), "accuracy": JSON(row.evaluation[.testAccuracy]),
        ]
    }

    private var denseBand: [JSON] {
        guard let dense = frontier.dense else { return [] }
        let band = Self.band(of: dense) ?? dense.mean...dense.mean
        return [
            ["accuracy": JSON(dense.mean), "low": JSON(band.lowerBound), "high": JSON(band.upperBound)]
        ]
    }

    /// The mean ± 1 standard deviation, within 0...1; `nil` without a deviation.
    static func band(of accuracy: Summary) -> ClosedRange<Double>? {
        accuracy.deviation.map { ((accuracy.mean - $0)...(accuracy.mean + $0)).clamped(to: 0...1) }
    }

    private func steps(_ groups: [SweepFrontier.Group], from start: Double) -> [JSON] {
        let points = groups.compactMap { group in
            reduction.summary(group).flatMap { x in
                group.accuracy.map { Point(reduction: x.mean, accuracy: $0.mean) }
            }
        }
        return ParetoFrontier(of: points).steps(from: start).enumerated().map { order, corner in
            ["x": JSON(corner.reduction), "accuracy": JSON(corner.accuracy), "order": .number(Double(order))]
        }
    }
}
