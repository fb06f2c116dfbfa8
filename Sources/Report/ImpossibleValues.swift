package import Sweep

/// Stored values of one measure that lie outside of its range. No engine's result is accepted with one today; a database
/// may hold older ones, which are not run again.
package struct ImpossibleValues: Hashable, Sendable {
    package let measure: Measure
    /// How many dense networks and tasks have one.
    package let count: Int
    /// The first of them in task order.
    package let example: Double
    /// Whose it is: "dense, seed 1" or "random, 90 %, seed 1".
    package let place: String

    /// One sentence for people.
    package var sentence: String {
        let name = measure.rawValue.replacing("_", with: " ")
        let values = "(\(count > 1 ? "such as " : "")\(NumberText.exact(example)) of \(place))"
        return count == 1
            ? "1 result has an impossible \(name) \(values) and is left out."
            : "\(count) results have an impossible \(name) \(values) and are left out."
    }

    /// In the order of ``Measure``; measures whose values are all possible are not listed.
    static func all(of results: SweepResults) -> [ImpossibleValues] {
        let places = results.places
        return Measure.allCases.compactMap { measure in
            let values = places.compactMap { place, evaluation -> (place: String, value: Double)? in
                guard let value = evaluation.outcome?.measures[measure.rawValue], !measure.allows(value) else {
                    return nil
                }
                return (place, value)
            }
            return values.first.map {
                ImpossibleValues(measure: measure, count: values.count, example: $0.value, place: $0.place)
            }
        }
    }
}
