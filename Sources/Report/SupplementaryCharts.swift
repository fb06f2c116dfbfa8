internal import Foundation
internal import Frontier
internal import Sweep

extension Chart {
    /// Every figure of a report that there are measurements for, the frontier first.
    static func all(of results: SweepResults, frontier: SweepFrontier) -> [Chart] {
        [
            closeToDense(results, frontier),
            accuracy(
                AccuracyChart(frontier: frontier, results: results, reduction: .sparsity), name: "accuracy-sparsity",
                title: "Accuracy against sparsity"),
            accuracy(
                AccuracyChart(frontier: frontier, results: results, reduction: .compression),
                name: "accuracy-compression", title: "Accuracy against compression ratio"),
            retraining(frontier), layerDensities(results, frontier),
            deviation(results, frontier), learningCurves(results),
        ].compactMap(\.self)
    }

    private static func accuracy(_ chart: AccuracyChart, name: String, title: String, note: String = "") -> Chart? {
        chart.body.map { body in
            Chart(
                name: name, title: title,
                caption: note
                    + "Lines join the means over seeds, bands are ± 1 standard deviation, small marks are single seeds. "
                    + "The solid rule and its band are the dense networks; the dashed steps are the frontier."
                    + (chart.frontier.hasStructured
                        ? " Long dashes join methods that make the network itself smaller." : "")
                    + MethodMarks(chart.frontier).note,
                height: 340, body: body)
        }
    }

    /// The upper part of the figure of all, where methods worth using differ; only when one of them fell far below.
    private static func closeToDense(_ results: SweepResults, _ frontier: SweepFrontier) -> Chart? {
        let lowest = frontier.groups.filter(\.isDrawn).compactMap { $0.accuracy?.mean }.min()
        guard let dense = frontier.dense, let lowest, lowest < dense.mean - 0.06 else { return nil }
        return accuracy(
            AccuracyChart(frontier: frontier, results: results, reduction: .sparsity, floor: dense.mean - 0.03),
            name: "accuracy-sparsity-detail", title: "Accuracy against sparsity, within 3 points of dense",
            note: "What lies lower is cut off here; the next figure has all of it. ")
    }

    /// Validation accuracy right after pruning and after retraining.
    private static func retraining(_ frontier: SweepFrontier) -> Chart? {
        let marks = MethodMarks(frontier)
        let values: [JSON] = marks.ordered(frontier.groups.filter(\.isDrawn)).flatMap { group -> [JSON] in
            guard let sparsity = group.sparsity, let before = group.validationBeforeRetraining,
                let after = group.validationAfterRetraining
            else { return [] }
            return [("before retraining", before), ("after retraining", after)].map { when, accuracy in
                [
                    "label": .string(group.label), "when": .string(when), "sparsity": JSON(sparsity.mean),
                    "accuracy": JSON(accuracy.mean),
                ]
            }
        }
        guard !values.isEmpty else { return nil }
        let domain = AccuracyChart.sparsityDomain(
            frontier.groups.filter(\.isDrawn).compactMap {
                $0.validationBeforeRetraining == nil ? nil : $0.sparsity?.mean
            })
        let position: [String: JSON] = [
            "x": [
                "field": "sparsity", "type": "quantitative",
                "scale": ["nice": false, "domain": [JSON(domain.lowerBound), JSON(domain.upperBound)]],
                "axis": ["title": "achieved sparsity", "labelExpr": AccuracyChart.percentLabel, "tickCount": 6],
            ],
            "y": [
                "field": "accuracy", "type": "quantitative", "scale": ["zero": false],
                "axis": ["title": "validation accuracy", "labelExpr": AccuracyChart.percentLabel, "tickCount": 6],
            ],
            "color": marks.color,
        ]
        let dash: JSON = [
            "field": "when", "type": "nominal", "legend": ["orient": "top", "title": nil],
            "scale": ["domain": ["after retraining", "before retraining"], "range": [[1, 0], [2, 3]]],
        ]
        return Chart(
            name: "retraining", title: "Accuracy before and after retraining",
            caption: "Means over seeds on the validation split: right after the last pruning, and after retraining."
                + marks.note,
            height: 300,
            body: [
                "data": ["values": .array(values)],
                "layer": [
                    [
                        "mark": ["type": "line", "strokeWidth": 2],
                        "encoding": .object(position.merging(["strokeDash": dash]) { $1 }),
                    ],
                    [
                        "mark": ["type": "point", "filled": true, "size": 40],
                        "encoding": .object(position.merging(["shape": marks.shape]) { $1 }),
                    ],
                ],
            ])
    }

    /// Achieved minus requested sparsity of every task.
    private static func deviation(_ results: SweepResults, _ frontier: SweepFrontier) -> Chart? {
        var levels: [String] = []
        let marks = MethodMarks(frontier)
        let values: [JSON] = results.rows.compactMap { row in
            guard case .sparsity(let requested) = row.task.level, marks.labels.contains(row.task.label),
                let achieved = row.evaluation[.sparsity]
            else {
                return nil
            }
            let level = NumberText.level(row.task.level)
            if !levels.contains(level) { levels.append(level) }
            return [
                "label": .string(row.task.label), "level": .string(level), "points": JSON((achieved - requested) * 100),
                "seed": .number(Double(row.task.seed)),
            ]
        }
        guard !values.isEmpty else { return nil }
        let largest =
            values.compactMap { value -> Double? in
                if case .object(let members) = value, case .number(let points) = members["points"] {
                    abs(points)
                } else {
                    nil
                }
            }.max() ?? 0
        let reach = max(0.6, largest * 1.1)
        let points: JSON = [
            "field": "points", "type": "quantitative", "scale": ["domain": [JSON(-reach), JSON(reach)]],
            "axis": [
                "title": "achieved − requested (points)", "tickCount": 6,
                "labelExpr": "datum.value == 0 ? '0' : format(datum.value, '+.2~f')",
            ],
        ]
        return Chart(
            name: "requested-sparsity", title: "Achieved against requested sparsity",
            caption:
                "One mark per task. The band is the tolerance of ± 0.5 points, outside of which a task is infeasible."
                + marks.note,
            height: 240,
            body: [
                "layer": [
                    [
                        "data": ["values": [["points": -0.5, "high": 0.5]]],
                        "mark": ["type": "rect", "style": "reference-band", "opacity": 0.1],
                        "encoding": ["y": points, "y2": ["field": "high"]],
                    ],
                    [
                        "data": ["values": .array(values)],
                        "mark": ["type": "point", "filled": true, "size": 40, "opacity": 0.7],
                        "encoding": [
                            "x": [
                                "field": "level", "type": "ordinal", "sort": .array(levels.map(JSON.string)),
                                "axis": ["title": "requested sparsity", "labelAngle": 0],
                            ],
                            "xOffset": [
                                "field": "label", "type": "nominal", "sort": .array(marks.labels.map(JSON.string)),
                            ],
                            "y": points, "color": marks.color, "shape": marks.shape,
                        ],
                    ],
                ]
            ])
    }

    /// Validation accuracy of the dense networks over their training.
    private static func learningCurves(_ results: SweepResults) -> Chart? {
        let values: [JSON] = results.dense.flatMap { network -> [JSON] in
            (network.evaluation.outcome?.epochs ?? []).filter {
                $0.phase == "training" && Measure.validationAccuracy.allows($0.validationAccuracy)
            }.map { epoch in
                [
                    "seed": .string("seed \(network.seed)"), "epoch": .number(Double(epoch.epoch)),
                    "accuracy": JSON(epoch.validationAccuracy),
                ]
            }
        }
        guard !values.isEmpty else { return nil }
        return Chart(
            name: "dense-learning-curves", title: "Training of the dense networks",
            caption: "Accuracy on the validation split after each epoch, one line per seed.", height: 240,
            body: [
                "data": ["values": .array(values)],
                "mark": ["type": "line", "style": "reference", "strokeWidth": 1, "opacity": 0.7],
                "encoding": [
                    "x": [
                        "field": "epoch", "type": "quantitative", "scale": ["nice": false, "zero": false],
                        "axis": ["title": "epoch", "tickMinStep": 1, "tickCount": 6],
                    ],
                    "y": [
                        "field": "accuracy", "type": "quantitative", "scale": ["zero": false],
                        "axis": [
                            "title": "validation accuracy", "labelExpr": AccuracyChart.percentLabel, "tickCount": 6,
                        ],
                    ],
                    "detail": ["field": "seed", "type": "nominal"],
                    "tooltip": [["field": "seed"], ["field": "epoch"], ["field": "accuracy", "format": ".2%"]],
                ],
            ])
    }
}
