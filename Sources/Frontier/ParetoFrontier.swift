/// The points that no other point dominates.
package struct ParetoFrontier: Sendable {
    /// Positions in the given array, by rising reduction and so by falling accuracy. Equal points are all members.
    package let members: [Int]
    /// The members' points, without repetitions, in the same order.
    package let points: [Point]

    /// One sort and one sweep from the largest reduction down: O(n log n).
    ///
    /// Coordinates must be finite: a point that is not comparable has no place on a frontier.
    package init(of candidates: [Point]) {
        let descending = candidates.indices.sorted { a, b in
            let (p, q) = (candidates[a], candidates[b])
            if p.reduction != q.reduction { return p.reduction > q.reduction }
            if p.accuracy != q.accuracy { return p.accuracy > q.accuracy }
            return a > b
        }
        var members: [Int] = []
        var points: [Point] = []
        for index in descending {
            let candidate = candidates[index]
            if candidate == points.last {
                members.append(index)
            } else if points.last.map({ candidate.accuracy > $0.accuracy }) ?? true {
                members.append(index)
                points.append(candidate)
            }
        }
        self.members = members.reversed()
        self.points = points.reversed()
    }

    /// The corners of the frontier drawn as steps, from `start` (no larger than the smallest reduction) to its end.
    ///
    /// Between two members the larger one's accuracy is what is attainable, so a step falls where a member stands and
    /// runs level to the next one. Nothing is interpolated: no network was measured in between.
    package func steps(from start: Double) -> [Point] {
        guard let first = points.first else { return [] }
        var corners = [Point(reduction: min(start, first.reduction), accuracy: first.accuracy)]
        for point in points {
            if let last = corners.last, last.accuracy != point.accuracy {
                corners.append(Point(reduction: last.reduction, accuracy: point.accuracy))
            }
            corners.append(point)
        }
        return corners
    }

    /// The area between the frontier and a reference point that is worse in both; members not better than it add nothing.
    package func hypervolume(reference: Point) -> Double {
        var area = 0.0
        var left = reference.reduction
        for point in points where point.reduction > left && point.accuracy > reference.accuracy {
            area += (point.reduction - left) * (point.accuracy - reference.accuracy)
            left = point.reduction
        }
        return area
    }
}
