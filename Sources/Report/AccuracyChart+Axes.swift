internal import Foundation
internal import Frontier
internal import Sweep

// What the axes of an accuracy figure span, and how they are labelled.
extension AccuracyChart {
    func horizontal(_ values: [Double]) -> (encoding: JSON, domain: ClosedRange<Double>) {
        let (low, high) = (values.min() ?? 0, values.max() ?? 1)
        let domain: ClosedRange<Double>
        let scale: JSON
        let axis: JSON
        switch reduction {
        case .sparsity:
            domain = Self.sparsityDomain(values)
            scale = ["nice": false]
            axis = ["title": "achieved sparsity", "labelExpr": Self.percentLabel, "tickCount": 6]
        case .compression:
            domain = (low / 1.12)...(high * 1.12)
            scale = ["type": "log", "nice": false]
            let ticks = [1.0, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000].filter(domain.contains)
            axis = [
                "title": "compression ratio (log scale)", "labelExpr": "format(datum.value, ',') + '×'",
                "values": .array(ticks.count > 1 ? ticks.map(JSON.number) : [JSON(low), JSON(high)]),
            ]
        }
        return (
            [
                "field": "x", "type": "quantitative", "axis": axis,
                "scale": scale.merging(["domain": [JSON(domain.lowerBound), JSON(domain.upperBound)]]),
            ], domain
        )
    }

    /// A little more than the values take, within 0...1.
    static func sparsityDomain(_ values: [Double]) -> ClosedRange<Double> {
        (((values.min() ?? 0) - 0.015)...((values.max() ?? 1) + 0.015)).clamped(to: 0...1)
    }

    func vertical(means: [SweepFrontier.Group], seeds: [SweepResults.Row]) -> JSON {
        let shown = (means.compactMap(\.accuracy) + [frontier.dense].compactMap(\.self)).filter {
            $0.mean >= floor ?? 0
        }
        let spreads = shown.flatMap { accuracy in
            let band = Self.band(of: accuracy)
            return [accuracy.mean] + [band?.lowerBound, band?.upperBound].compactMap(\.self)
        }
        let values = spreads + seeds.compactMap { $0.evaluation[.testAccuracy] }
        let (least, high) = (values.min() ?? 0, values.max() ?? 1)
        let low = floor ?? least
        let margin = max(0.001, (high - low) * 0.05)
        return [
            "field": "accuracy", "type": "quantitative",
            "axis": ["title": "test accuracy", "labelExpr": Self.percentLabel, "tickCount": 7],
            "scale": [
                "domain": [JSON(max(0, floor ?? low - margin)), JSON(min(1, high + margin))],
                "nice": .bool(floor == nil),
            ],
        ]
    }

    /// "97.5 %" with a narrow space, as many decimals as the tick needs.
    static let percentLabel: JSON = "format(datum.value * 100, '.5~r') + '\u{202F}%'"
}
